/**
 * The bytes of a segment file, a promise to every later release. A file `<number, 8 digits or more>.seg` is a row of
 * records without gaps, at most 256 MiB; while it is written, and after a crash, zeros may follow the last one. Numbers are
 * little-endian. A record:
 *
 *   at       bytes  what
 *   0        4      magic, the ASCII characters WCHK
 *   4        2      format, 1
 *   6        2      zero
 *   8        4      version of the data key
 *   12       4      n, length of the plain bytes, 1 to 4 MiB
 *   16       16     salt, random
 *   32       32     name: HMAC-SHA-256 of the chunk's SHA-256 under the naming key
 *   64       n      AES-256-GCM ciphertext of the plain bytes, additional data = the 64 bytes before
 *   64 + n   16     GCM tag
 *
 * Naming key = HMAC-SHA-256(data key, "wherry chunk name 1"). Record key = HMAC-SHA-256(data key,
 * "wherry chunk key 1" || salt || 0x01), which is HKDF-Expand (RFC 5869, extraction skipped as section 3.3 allows, for
 * the data key is uniform). Each record has its own key, so the nonce is twelve zero bytes.
 */
export type RecordHeader = { keyVersion: number; size: number; salt: Uint8Array; name: Uint8Array }

export const magic = new Uint8Array([0x57, 0x43, 0x48, 0x4b])
export const recordFormat = 1
export const headerBytes = 64
export const tagBytes = 16
export const saltBytes = 16
export const segmentMaxBytes = 256 * 1024 * 1024

/** Bytes of the whole record of a chunk. */
export const recordLength = (size: number): number => headerBytes + size + tagBytes

export const segmentFileName = (segment: number): string => `${String(segment).padStart(8, '0')}.seg`

/** The number in a segment's file name, or null if it is no such name. */
export const segmentNumber = (fileName: string): number | null => {
  const digits = /^(\d{8,15})\.seg$/.exec(fileName)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Writes a header into the first 64 bytes of `record`. */
export const writeHeader = (record: Uint8Array, header: RecordHeader): void => {
  const view = new DataView(record.buffer, record.byteOffset, headerBytes)
  record.set(magic, 0)
  view.setUint16(4, recordFormat, true)
  view.setUint16(6, 0, true)
  view.setUint32(8, header.keyVersion, true)
  view.setUint32(12, header.size, true)
  record.set(header.salt, 16)
  record.set(header.name, 32)
}

/** The header at the start of `record`, as views of it, or null if none of this format is there. */
export const readHeader = (record: Uint8Array): RecordHeader | null => {
  if (record.length < headerBytes) return null
  if (magic.some((byte, i) => record[i] !== byte)) return null
  const view = new DataView(record.buffer, record.byteOffset, headerBytes)
  if (view.getUint16(4, true) !== recordFormat || view.getUint16(6, true) !== 0) return null
  return {
    keyVersion: view.getUint32(8, true),
    size: view.getUint32(12, true),
    salt: record.subarray(16, 32),
    name: record.subarray(32, 64),
  }
}
