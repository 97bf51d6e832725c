import { WherryError } from '../../../protocol/errors.ts'
import { sliceHeaderBytes, writeSliceHeader } from '../../../protocol/frames.ts'
import { limits } from '../../../protocol/limits.ts'
import type { TransferLink } from '../api.ts'
import { createSpare } from '../spare.ts'
import { createSliceSize } from './slice-size.ts'
import type { Credit } from './upload-credit.ts'
import { createPace } from './upload-pace.ts'

/** Puts chunks into a link, slice by slice, within its credit and at its pace. Shared by all uploads of a link. */
export type Sender = {
  /**
   * Sends a chunk to its end. `stillWanted` is asked before each slice: false, or another connection, ends it with `cancelled`
   * or `disconnected`. Resolves when the last slice is in the socket.
   */
  send(chunk: OutgoingChunk): Promise<void>
  /**
   * Sends small files back to back, in as few messages as the pace allows; ends as send() does. Their credit has to be taken
   * already. Of a file that is not wanted when its turn comes only an empty slice is sent, which the hub takes for damage.
   */
  sendTogether(files: OutgoingFiles): Promise<void>
}

type OutgoingChunk = {
  stream: number
  epoch: number
  index: number
  /** The hub has the bytes before. */
  from: number
  content: Uint8Array
  stillWanted(): boolean
  onSent(bytes: number, isLast: boolean): void
}

type OutgoingFiles = {
  stream: number
  epoch: number
  files: readonly { index: number; bytes: Uint8Array }[]
  isWanted(index: number): boolean
  stillWanted(): boolean
  onSent(index: number): void
}

const nothing = new Uint8Array(0)

type Message = { bytes: Uint8Array<ArrayBuffer>; view: DataView }
/** Engines copy from shared memory a word at a time where both sides are aligned alike, else byte by byte. */
const wordBytes = 8

const newMessage = (): Message => {
  const bytes = new Uint8Array(limits.messageBytes + wordBytes)
  return { bytes, view: new DataView(bytes.buffer) }
}

export const createSender = (link: TransferLink, credit: Credit): Sender => {
  const pace = createPace(link)
  const size = createSliceSize(link, credit)
  /** Messages that the socket is done with. */
  const spare = createSpare(newMessage)
  let message = spare.take()
  let start = 0
  let filled = 0
  let slices = 0

  const put = (stream: number, index: number, offset: number, bytes: Uint8Array, last: boolean) => {
    if (filled === start) start = filled = bytes.byteOffset % wordBytes
    writeSliceHeader(message.view, filled, { stream, index, offset, length: bytes.length, last })
    message.bytes.set(bytes, filled + sliceHeaderBytes)
    filled += sliceHeaderBytes + bytes.length
    slices += 1
  }

  const flush = () => {
    if (filled === start) return
    const full = message
    const bytes = full.bytes.subarray(start, filled)
    start = filled = slices = 0
    message = spare.take()
    link.sendBinary(bytes, () => spare.keep(full))
    pace.sent()
  }

  /** Resolves when more may be put into the socket of this connection. */
  const room = async (epoch: number, stillWanted: () => boolean) => {
    while (!pace.ready() && link.epoch === epoch) await pace.wait()
    if (link.epoch !== epoch) throw new WherryError('disconnected')
    if (!stillWanted()) throw new WherryError('cancelled')
  }

  const takeCredit = async (bytes: number, epoch: number) => {
    if (!credit.tryTake(bytes)) await credit.take(bytes)
    if (link.epoch !== epoch) throw new WherryError('disconnected')
  }

  return {
    async send({ stream, epoch, index, from, content, stillWanted, onSent }) {
      const { length } = content
      // All of it before the first slice: a chunk that was begun can always be finished, so credit never locks up.
      await takeCredit(length - from, epoch)
      let offset = from
      try {
        while (offset < length) {
          await room(epoch, stillWanted)
          const end = Math.min(length, offset + size.bytes)
          put(stream, index, offset, content.subarray(offset, end), end === length)
          flush()
          size.sent(end - offset)
          onSent(end - offset, end === length)
          offset = end
        }
      } finally {
        if (offset < length) credit.putBack(length - offset, epoch)
      }
    },
    async sendTogether({ stream, epoch, files, isWanted, stillWanted, onSent }) {
      for (const { index, bytes } of files) {
        const isFull = slices === limits.messageSlices || filled - start + bytes.length > size.bytes
        if (isFull) flush()
        if (filled === start) await room(epoch, stillWanted)
        if (!isWanted(index)) {
          put(stream, index, 0, nothing, true)
          continue
        }
        put(stream, index, 0, bytes, true)
        size.sent(bytes.length)
        onSent(index)
      }
      flush()
    },
  }
}
