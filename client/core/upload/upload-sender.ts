import { WherryError } from '../../../protocol/errors.ts'
import { sliceHeaderBytes, writeSliceHeader } from '../../../protocol/frames.ts'
import { limits } from '../../../protocol/limits.ts'
import type { TransferLink } from '../api.ts'
import { createSpare, type Spare } from '../spare.ts'
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

type Message = { bytes: Uint8Array<ArrayBuffer>; view: DataView; spare: Spare<Message> }
/** Engines copy from shared memory a word at a time where both sides are aligned alike, else byte by byte. */
const wordBytes = 8
const smallestMessage = 32 * 1024

/** Messages that the socket is done with, by their size: a young connection has many small ones on their way. */
const createMessages = () => {
  const spares = new Map<number, Spare<Message>>()

  const spareOf = (size: number): Spare<Message> => {
    const spare = createSpare((): Message => {
      const bytes = new Uint8Array(size + wordBytes)
      return { bytes, view: new DataView(bytes.buffer), spare }
    })
    spares.set(size, spare)
    return spare
  }

  return {
    /** One for so many bytes or some more. */
    take(bytes: number): Message {
      const size = Math.min(limits.messageBytes, Math.max(smallestMessage, 2 ** Math.ceil(Math.log2(bytes))))
      return (spares.get(size) ?? spareOf(size)).take()
    },
  }
}

export const createSender = (link: TransferLink, credit: Credit): Sender => {
  const pace = createPace(link)
  const size = createSliceSize(link, credit)
  const messages = createMessages()
  let message = messages.take(smallestMessage)
  /** Bytes of slices that the message may hold. */
  let most = 0
  let start = 0
  let filled = 0
  let slices = 0

  const begin = (first: Uint8Array, bytes: number) => {
    most = bytes
    message = messages.take(sliceHeaderBytes + most)
    start = filled = first.byteOffset % wordBytes
  }

  const put = (stream: number, index: number, offset: number, bytes: Uint8Array, last: boolean) => {
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
    link.sendBinary(bytes, () => full.spare.keep(full))
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
          const slice = content.subarray(offset, end)
          begin(slice, slice.length)
          put(stream, index, offset, slice, end === length)
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
        const isFull = slices === limits.messageSlices || filled - start + bytes.length > most
        if (isFull) flush()
        if (filled === start) {
          await room(epoch, stillWanted)
          begin(bytes, Math.max(size.bytes, bytes.length))
        }
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
