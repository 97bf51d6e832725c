import { bytesToHex, hexToBytes } from '../../../protocol/digest.ts'

/**
 * Which chunks of a received file are durable: a header that says of which file, then records of a chunk's index and
 * SHA-256, each written after its chunk was flushed. A record that was cut short ends the list.
 */

export type JournalHeader = { size: number; modifiedAt: number }

const magic = 0x314a_4857
const headerBytes = 20
const recordBytes = 36

export const encodeHeader = ({ size, modifiedAt }: JournalHeader): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(headerBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  view.setFloat64(4, size, true)
  view.setFloat64(12, modifiedAt, true)
  return bytes
}

/** `hash`: SHA-256 in hexadecimal. */
export const encodeRecord = (index: number, hash: string): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(recordBytes)
  new DataView(bytes.buffer).setUint32(0, index, true)
  bytes.set(hexToBytes(hash), 4)
  return bytes
}

/** The chunks in a journal and the length that is whole; null if it is none, or of another file. */
export const readJournal = (
  bytes: Uint8Array<ArrayBuffer>,
  { size, modifiedAt }: JournalHeader,
): { chunks: Map<number, string>; length: number } | null => {
  if (bytes.length < headerBytes) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const isOfFile =
    view.getUint32(0, true) === magic &&
    view.getFloat64(4, true) === size &&
    view.getFloat64(12, true) === modifiedAt
  if (!isOfFile) return null
  const chunks = new Map<number, string>()
  let at = headerBytes
  for (; at + recordBytes <= bytes.length; at += recordBytes)
    chunks.set(view.getUint32(at, true), bytesToHex(bytes.subarray(at + 4, at + recordBytes)))
  return { chunks, length: at }
}
