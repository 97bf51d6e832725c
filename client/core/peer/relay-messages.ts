import { WherryError } from '../../../protocol/errors.ts'
import { sliceHeaderBytes } from '../../../protocol/frames.ts'
import type { TransferLink } from '../api.ts'
import { createSpare } from '../spare.ts'
import { createGathering } from './gathering.ts'

/** Of the largest message. */
export const messageBytes = 256 * 1024

export type SliceListener = Parameters<TransferLink['onSlice']>[1]

/** Messages from slices: nearly always one is the other. Throws for slices that no carrier sends. */
export const createAssembly = (whole: (message: Uint8Array<ArrayBuffer>) => void): SliceListener => {
  const gathering = createGathering(messageBytes)
  let current = 0
  return ({ index, offset, last, bytes }) => {
    const isFirst = gathering.length === 0
    if (isFirst && last && offset === 0 && bytes.length <= messageBytes) return whole(bytes)
    const isNext = offset === gathering.length && (isFirst || index === current)
    if (!isNext || !gathering.add(bytes)) throw new WherryError('invalid_frame')
    current = index
    if (last) whole(gathering.take())
  }
}

const largeBytes = sliceHeaderBytes + messageBytes

/** Copies of messages behind room for the header of a slice. */
export const createFraming = () => {
  /** For large ones. */
  const spare = createSpare(() => new Uint8Array(largeBytes))
  return {
    frame(message: Uint8Array): Uint8Array<ArrayBuffer> {
      const length = sliceHeaderBytes + message.length
      const memory = length > largeBytes / 2 ? spare.take() : new Uint8Array(length)
      memory.set(message, sliceHeaderBytes)
      return memory.subarray(0, length)
    },
    /** Nobody uses it any more. */
    keep({ buffer }: Uint8Array<ArrayBuffer>): void {
      if (buffer.byteLength === largeBytes) spare.keep(new Uint8Array(buffer))
    },
  }
}
