import { WherryError } from '../../../protocol/errors.ts'
import { sliceHeaderBytes } from '../../../protocol/frames.ts'
import type { TransferLink } from '../api.ts'
import { createSpare } from '../spare.ts'

/** Of the largest message. */
export const messageBytes = 256 * 1024

export type SliceListener = Parameters<TransferLink['onSlice']>[1]

/** Messages from slices: nearly always one is the other. Throws for slices that no carrier sends. */
export const createAssembly = (whole: (message: Uint8Array<ArrayBuffer>) => void): SliceListener => {
  /** Of a message in several slices; in one memory, because each slice in its own may take much more than its bytes. */
  let gathered: Uint8Array<ArrayBuffer> | null = null
  let length = 0
  let current = 0
  return ({ index, offset, last, bytes }) => {
    if (offset !== length || (length > 0 && index !== current) || length + bytes.length > messageBytes)
      throw new WherryError('invalid_frame')
    if (last && length === 0) return whole(bytes)
    if (bytes.length === 0) throw new WherryError('invalid_frame')
    current = index
    gathered ??= new Uint8Array(messageBytes)
    gathered.set(bytes, length)
    length += bytes.length
    if (!last) return
    const message = gathered.subarray(0, length)
    gathered = null
    length = 0
    whole(message)
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
