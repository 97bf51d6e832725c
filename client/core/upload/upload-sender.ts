import { WherryError } from '../../../protocol/errors.ts'
import { sliceHeaderBytes, writeSliceHeader } from '../../../protocol/frames.ts'
import { limits } from '../../../protocol/limits.ts'
import type { TransferLink } from '../api.ts'
import type { Credit } from './upload-credit.ts'
import { createPace } from './upload-pace.ts'

/** Puts chunks into a link, slice by slice, within its credit and at its pace. Shared by all uploads of a link. */
export type Sender = {
  /**
   * Sends a whole chunk. `stillWanted` is asked before each slice: false, or another connection, ends it with `cancelled`
   * or `disconnected`. Resolves when the last slice is in the socket.
   */
  send(chunk: OutgoingChunk): Promise<void>
  /** Sends small files back to back in as few messages as fit, at once: their credit has to be taken already. */
  sendTogether(stream: number, files: readonly { index: number; bytes: Uint8Array }[]): void
}

type OutgoingChunk = {
  stream: number
  epoch: number
  index: number
  bytes: Uint8Array
  stillWanted(): boolean
  onSent(bytes: number, isLast: boolean): void
}

type Message = { bytes: Uint8Array<ArrayBuffer>; view: DataView }
/** Engines copy from shared memory a word at a time where both sides are aligned alike, else byte by byte. */
const wordBytes = 8

const newMessage = (): Message => {
  const bytes = new Uint8Array(limits.messageBytes + wordBytes)
  return { bytes, view: new DataView(bytes.buffer) }
}

export const createSender = (link: TransferLink, credit: Credit): Sender => {
  const pace = createPace(link)
  /** Messages that the socket is done with: fresh memory costs more than filling it. */
  const free: Message[] = []
  let message = newMessage()
  let start = 0
  let filled = 0

  const put = (stream: number, index: number, offset: number, bytes: Uint8Array, last: boolean) => {
    if (filled === start) start = filled = bytes.byteOffset % wordBytes
    writeSliceHeader(message.view, filled, { stream, index, offset, length: bytes.length, last })
    message.bytes.set(bytes, filled + sliceHeaderBytes)
    filled += sliceHeaderBytes + bytes.length
  }

  const flush = () => {
    if (filled === start) return
    const full = message
    const bytes = full.bytes.subarray(start, filled)
    start = filled = 0
    message = free.pop() ?? newMessage()
    link.sendBinary(bytes, () => free.push(full))
  }

  const takeCredit = async (bytes: number, epoch: number) => {
    if (!credit.tryTake(bytes)) await credit.take(bytes)
    if (link.epoch !== epoch) throw new WherryError('disconnected')
  }

  return {
    async send({ stream, epoch, index, bytes, stillWanted, onSent }) {
      // All of it before the first slice: a chunk that was begun can always be finished, so credit never locks up.
      await takeCredit(bytes.length, epoch)
      let offset = 0
      try {
        while (offset < bytes.length) {
          while (!pace.ready() && link.epoch === epoch) await pace.wait()
          if (link.epoch !== epoch) throw new WherryError('disconnected')
          if (!stillWanted()) throw new WherryError('cancelled')
          const end = Math.min(bytes.length, offset + pace.sliceBytes)
          put(stream, index, offset, bytes.subarray(offset, end), end === bytes.length)
          flush()
          onSent(end - offset, end === bytes.length)
          offset = end
        }
      } finally {
        if (offset < bytes.length) credit.putBack(bytes.length - offset, epoch)
      }
    },
    sendTogether(stream, files) {
      for (const { index, bytes } of files) {
        if (filled - start + sliceHeaderBytes + bytes.length > limits.sliceBytes + sliceHeaderBytes) flush()
        put(stream, index, 0, bytes, true)
      }
      flush()
    },
  }
}
