import type { ChunkRef } from './values.ts'

/**
 * The digest of a content is a chain over its chunks, so that it grows with each declared chunk and costs nothing at
 * commit: d(0) = 32 zero bytes, d(n) = SHA-256(d(n-1) || hash(n) || size(n) as 4 bytes little-endian).
 * Both sides compute it; `links` builds the 68 bytes to hash.
 */
export const digestStart: Uint8Array<ArrayBuffer> = new Uint8Array(32)

export const digestLink = (previous: Uint8Array, chunk: ChunkRef): Uint8Array<ArrayBuffer> => {
  const link = new Uint8Array(68)
  link.set(previous, 0)
  link.set(hexToBytes(chunk.hash), 32)
  new DataView(link.buffer).setUint32(64, chunk.size, true)
  return link
}

/** The value of a lower-case hexadecimal digit from its character code. */
const digitOf = (code: number): number => (code < 58 ? code - 48 : code - 87)

/** Bytes from lower-case hexadecimal, as the protocol writes hashes. */
export const hexToBytes = (hex: string): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = (digitOf(hex.charCodeAt(2 * i)) << 4) | digitOf(hex.charCodeAt(2 * i + 1))
  return bytes
}

const hexPairs = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

export const bytesToHex = (bytes: Uint8Array): string => {
  let hex = ''
  for (const byte of bytes) hex += hexPairs[byte]
  return hex
}
