/** Eight tables, so that eight bytes are taken at a time. */
const tables = Array.from({ length: 8 }, () => new Uint32Array(256))
for (let n = 0; n < 256; n++) {
  let value = n
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  const [first] = tables
  if (first) first[n] = value
}
for (let i = 1; i < 8; i++) {
  for (let n = 0; n < 256; n++) {
    const before = tables[i - 1]?.[n] ?? 0
    const table = tables[i]
    if (table) table[n] = (before >>> 8) ^ (tables[0]?.[before & 255] ?? 0)
  }
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]
const of = (table: Uint32Array, index: number): number => table[index & 255] ?? 0

/** CRC-32 as zip has it; `before` is that of the bytes in front. */
export const crc32 = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before
  let at = 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (; at + 8 <= bytes.length; at += 8) {
    const low = crc ^ view.getInt32(at, true)
    const high = view.getInt32(at + 4, true)
    crc =
      of(t7, low) ^
      of(t6, low >>> 8) ^
      of(t5, low >>> 16) ^
      of(t4, low >>> 24) ^
      of(t3, high) ^
      of(t2, high >>> 8) ^
      of(t1, high >>> 16) ^
      of(t0, high >>> 24)
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ of(t0, crc ^ (bytes[at] ?? 0))
  return ~crc >>> 0
}
