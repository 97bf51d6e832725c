import { decodeSlices } from '../../../protocol/frames.ts'
import type { Stop, TransferLink } from '../api.ts'

type SliceListener = Parameters<TransferLink['onSlice']>[1]

/** Hands the slices of binary messages to whoever listens on their stream; others are late and are dropped. */
export const createStreams = () => {
  const listeners = new Map<number, SliceListener>()
  let made = 0
  return {
    /** Throws `invalid_frame`. */
    receive(message: Uint8Array<ArrayBuffer>): void {
      for (const { stream, index, offset, last, bytes } of decodeSlices(message)) {
        // Views of `message`, so they have its kind of buffer.
        listeners.get(stream)?.({ index, offset, last, bytes: bytes as Uint8Array<ArrayBuffer> })
      }
    },
    listen(stream: number, listener: SliceListener): Stop {
      listeners.set(stream, listener)
      return () => {
        if (listeners.get(stream) === listener) listeners.delete(stream)
      }
    },
    newStream: (): number => {
      made = made >= 0xffff_ffff ? 1 : made + 1
      return made
    },
    clear: () => listeners.clear(),
  }
}
