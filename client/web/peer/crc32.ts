/** Eight tables of 256, so that eight bytes are taken at a time. */
const tables = new Uint32Array(8 * 256)
for (let n = 0; n < 256; n++) {
  let value = n
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  tables[n] = value
}
for (let n = 256; n < tables.length; n++) {
  const before = tables[n - 256] ?? 0
  tables[n] = (before >>> 8) ^ (tables[before & 255] ?? 0)
}
const of = (table: number, index: number): number => tables[256 * table + (index & 255)] ?? 0

/** CRC-32 as zip has it; `before` is that of the bytes in front. */
export const crc32 = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before
  let at = 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (; at + 8 <= bytes.length; at += 8) {
    const low = crc ^ view.getInt32(at, true)
    const high = view.getInt32(at + 4, true)
    crc =
      of(7, low) ^
      of(6, low >>> 8) ^
      of(5, low >>> 16) ^
      of(4, low >>> 24) ^
      of(3, high) ^
      of(2, high >>> 8) ^
      of(1, high >>> 16) ^
      of(0, high >>> 24)
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ of(0, crc ^ (bytes[at] ?? 0))
  return ~crc >>> 0
}
