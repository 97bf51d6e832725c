/**
 * A zip archive (APPNOTE 6.3.10, stored members, UTF-8 names) as a Blob of its records and of the files themselves: the
 * browser reads them from disk while it saves the archive, so it is never in memory.
 */

export type ZipPart = { path: string; content: Blob; crc: number; modifiedAt: number; isFolder: boolean }

const max32 = 0xffff_ffff
const utf8Flag = 0x0800
const zip64Version = 45
const plainVersion = 20
const madeByUnix = 3 << 8
const fileMode = 0o100644
const folderMode = 0o040755

type Field = [bytes: 2 | 4 | 8, value: number]

const record = (fields: readonly Field[], ...more: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const fixed = fields.reduce((sum, [bytes]) => sum + bytes, 0)
  const out = new Uint8Array(more.reduce((sum, { length }) => sum + length, fixed))
  const view = new DataView(out.buffer)
  let at = 0
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true)
    else if (bytes === 4) view.setUint32(at, value, true)
    else view.setBigUint64(at, BigInt(value), true)
    at += bytes
  }
  for (const piece of more) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

const dosTime = (ms: number): Field[] => {
  const date = new Date(Math.min(Math.max(ms, Date.UTC(1980, 0, 2)), Date.UTC(2107, 11, 30)))
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)
  const day = ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate()
  return [
    [2, time],
    [2, day],
  ]
}

const extra64 = (values: readonly number[]): Uint8Array =>
  values.length === 0
    ? new Uint8Array(0)
    : record([[2, 1], [2, values.length * 8], ...values.map((value): Field => [8, value])])

const sizesOf = ({ content: { size } }: ZipPart): number[] => (size >= max32 ? [size, size] : [])

/** From the version needed to the lengths of name and extra field: the same in both headers. */
const common = (part: ZipPart, name: Uint8Array, extra: Uint8Array): Field[] => [
  [2, extra.length > 0 ? zip64Version : plainVersion],
  [2, utf8Flag],
  [2, 0],
  ...dosTime(part.modifiedAt),
  [4, part.crc],
  [4, Math.min(part.content.size, max32)],
  [4, Math.min(part.content.size, max32)],
  [2, name.length],
  [2, extra.length],
]

const localHeader = (part: ZipPart, name: Uint8Array) => {
  const extra = extra64(sizesOf(part))
  return record([[4, 0x0403_4b50], ...common(part, name, extra)], name, extra)
}

const centralHeader = (part: ZipPart, name: Uint8Array, offset: number) => {
  const extra = extra64([...sizesOf(part), ...(offset >= max32 ? [offset] : [])])
  const mode = part.isFolder ? folderMode : fileMode
  const attributes = mode * 0x1_0000 + (part.isFolder ? 0x10 : 0)
  return record(
    [
      [4, 0x0201_4b50],
      [2, madeByUnix | zip64Version],
      ...common(part, name, extra),
      [2, 0],
      [2, 0],
      [2, 0],
      [4, attributes],
      [4, Math.min(offset, max32)],
    ],
    name,
    extra,
  )
}

const endRecords = (count: number, start: number, bytes: number): Uint8Array<ArrayBuffer>[] => {
  const isBig = count >= 0xffff || start >= max32 || bytes >= max32
  const end64 = record([
    [4, 0x0606_4b50],
    [8, 44],
    [2, madeByUnix | zip64Version],
    [2, zip64Version],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, bytes],
    [8, start],
    // The locator: where the record above begins.
    [4, 0x0706_4b50],
    [4, 0],
    [8, start + bytes],
    [4, 1],
  ])
  const end = record([
    [4, 0x0605_4b50],
    [2, 0],
    [2, 0],
    [2, Math.min(count, 0xffff)],
    [2, Math.min(count, 0xffff)],
    [4, Math.min(bytes, max32)],
    [4, Math.min(start, max32)],
    [2, 0],
  ])
  return isBig ? [end64, end] : [end]
}

export const zipBlob = (parts: readonly ZipPart[]): Blob => {
  const pieces: BlobPart[] = []
  const central: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  for (const part of parts) {
    const name = new TextEncoder().encode(part.isFolder ? `${part.path}/` : part.path)
    const header = localHeader(part, name)
    central.push(centralHeader(part, name, offset))
    pieces.push(header, part.content)
    offset += header.length + part.content.size
  }
  const bytes = central.reduce((sum, { length }) => sum + length, 0)
  return new Blob([...pieces, ...central, ...endRecords(parts.length, offset, bytes)], {
    type: 'application/zip',
  })
}
