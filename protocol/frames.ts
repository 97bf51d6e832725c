import { WherryError } from './errors.ts'
import { limits } from './limits.ts'

/** Bytes of the header before each slice. */
export const sliceHeaderBytes = 16

/**
 * A piece of a chunk. On the wire: u32 stream, u32 chunk index, u32 offset in the chunk, u32 length whose top bit marks
 * the last slice of its chunk, all little-endian, then the bytes. A binary message is one or more slices back to back.
 */
export type Slice = {
  stream: number
  index: number
  offset: number
  last: boolean
  bytes: Uint8Array
}

const lastBit = 0x8000_0000

/** Writes a slice's header into `view` at `at`. */
export const writeSliceHeader = (
  view: DataView,
  at: number,
  slice: { stream: number; index: number; offset: number; length: number; last: boolean },
): void => {
  view.setUint32(at, slice.stream, true)
  view.setUint32(at + 4, slice.index, true)
  view.setUint32(at + 8, slice.offset, true)
  view.setUint32(at + 12, (slice.last ? slice.length | lastBit : slice.length) >>> 0, true)
}

/** One binary message from slices; their bytes are copied. */
export const encodeSlices = (slices: readonly Slice[]): Uint8Array<ArrayBuffer> => {
  const total = slices.reduce((sum, slice) => sum + sliceHeaderBytes + slice.bytes.length, 0)
  const message = new Uint8Array(total)
  const view = new DataView(message.buffer)
  let at = 0
  for (const slice of slices) {
    writeSliceHeader(view, at, { ...slice, length: slice.bytes.length })
    message.set(slice.bytes, at + sliceHeaderBytes)
    at += sliceHeaderBytes + slice.bytes.length
  }
  return message
}

/** What a slice costs of a relay's credit: its length, or that of its header where it is empty. */
export const relayCredit = ({ bytes }: Pick<Slice, 'bytes'>): number => bytes.length || sliceHeaderBytes

/**
 * The slices of a message, as views of it: nothing is copied. Throws `invalid_frame` for an empty message, a cut header,
 * a length beyond the message or above the limit, an empty slice that is not the last of its chunk, and too many slices.
 */
export function* decodeSlices(message: Uint8Array): Generator<Slice> {
  if (message.length === 0) throw new WherryError('invalid_frame', 'A binary message cannot be empty.')
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let at = 0
  let slices = 0
  while (at < message.length) {
    if (++slices > limits.messageSlices)
      throw new WherryError('invalid_frame', 'A message has more slices than allowed.')
    if (message.length - at < sliceHeaderBytes)
      throw new WherryError('invalid_frame', 'A slice header is cut off.')
    const coded = view.getUint32(at + 12, true)
    const length = (coded & ~lastBit) >>> 0
    const last = coded >>> 31 === 1
    const start = at + sliceHeaderBytes
    if (length > limits.sliceBytes) throw new WherryError('invalid_frame', 'A slice is larger than allowed.')
    if (length > message.length - start) throw new WherryError('invalid_frame', 'A slice is cut off.')
    if (length === 0 && !last) throw new WherryError('invalid_frame', 'A slice is empty.')
    yield {
      stream: view.getUint32(at, true),
      index: view.getUint32(at + 4, true),
      offset: view.getUint32(at + 8, true),
      last,
      bytes: message.subarray(start, start + length),
    }
    at = start + length
  }
}
