/** The records of a zip archive (APPNOTE 6.3.10): stored members, UTF-8 names, sizes and checksums behind the data. */

export type ZipMember = {
  /** Its path in UTF-8; a folder's ends with a slash. */
  readonly name: Uint8Array
  readonly nameBytes: number
  readonly size: number
  readonly modifiedAt: number
  readonly isFolder: boolean
}

/** What the length of a member's records follows from. */
type Measures = Pick<ZipMember, 'nameBytes' | 'size'>

const max32 = 0xffff_ffff
const utf8Flag = 0x0800
const descriptorFlag = 0x0008
const zip64Version = 45
const plainVersion = 20
const madeByUnix = 3 << 8
const fileMode = 0o100644
const folderMode = 0o040755
/** The extra field with the date in UTC: id, length, flags, seconds. */
const dateExtraBytes = 9

const isBig = (size: number): boolean => size >= max32
const hasDescriptor = (member: Measures): boolean => member.size > 0
const flagsOf = (member: ZipMember): number => utf8Flag | (hasDescriptor(member) ? descriptorFlag : 0)

export const localHeaderBytes = (member: Measures): number =>
  30 + member.nameBytes + dateExtraBytes + (isBig(member.size) ? 20 : 0)

export const descriptorBytes = (member: Measures): number => {
  if (!hasDescriptor(member)) return 0
  return isBig(member.size) ? 24 : 16
}

export const centralHeaderBytes = (member: Measures, offset: number): number =>
  46 + member.nameBytes + dateExtraBytes + centralExtra(member, offset).length

const endBytes = 22
const zip64EndBytes = 56 + 20

export const endRecordsBytes = (members: number, centralStart: number, centralBytes: number): number =>
  needsZip64End(members, centralStart, centralBytes) ? zip64EndBytes + endBytes : endBytes

const needsZip64End = (members: number, centralStart: number, centralBytes: number): boolean =>
  members >= 0xffff || centralStart >= max32 || centralBytes >= max32

/** Writes little-endian fields one after the other. */
const record = (bytes: number) => {
  const out = new Uint8Array(bytes)
  const view = new DataView(out.buffer)
  let at = 0
  const fields = {
    u16: (...values: number[]) => {
      for (const value of values) {
        view.setUint16(at, value, true)
        at += 2
      }
      return fields
    },
    u32: (...values: number[]) => {
      for (const value of values) {
        view.setUint32(at, value, true)
        at += 4
      }
      return fields
    },
    u64: (...values: number[]) => {
      for (const value of values) {
        view.setBigUint64(at, BigInt(value), true)
        at += 8
      }
      return fields
    },
    raw: (more: Uint8Array) => {
      out.set(more, at)
      at += more.length
      return fields
    },
    done: () => out,
  }
  return fields
}

const dosTime = (ms: number): [number, number] => {
  const date = new Date(Math.min(Math.max(ms, Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31)))
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
  return [time, day]
}

const dateExtra = (ms: number): Uint8Array => {
  const seconds = Math.min(Math.max(Math.floor(ms / 1000), 0), 0x7fff_ffff)
  return record(dateExtraBytes).u16(0x5455, 5).raw(Uint8Array.of(1)).u32(seconds).done()
}

export const localHeader = (member: ZipMember): Uint8Array => {
  const isZip64 = isBig(member.size)
  const fields = record(localHeaderBytes(member))
    .u32(0x0403_4b50)
    .u16(isZip64 ? zip64Version : plainVersion, flagsOf(member), 0, ...dosTime(member.modifiedAt))
    .u32(0, isZip64 ? max32 : 0, isZip64 ? max32 : 0)
    .u16(member.nameBytes, dateExtraBytes + (isZip64 ? 20 : 0))
    .raw(member.name)
    .raw(dateExtra(member.modifiedAt))
  if (isZip64) fields.u16(1, 16).u64(0, 0)
  return fields.done()
}

export const dataDescriptor = (member: ZipMember, crc: number): Uint8Array => {
  const fields = record(descriptorBytes(member)).u32(0x0807_4b50, crc)
  if (isBig(member.size)) fields.u64(member.size, member.size)
  else fields.u32(member.size, member.size)
  return fields.done()
}

const centralExtra = (member: Measures, offset: number): Uint8Array => {
  const values = [
    ...(isBig(member.size) ? [member.size, member.size] : []),
    ...(isBig(offset) ? [offset] : []),
  ]
  if (values.length === 0) return new Uint8Array(0)
  return record(4 + 8 * values.length)
    .u16(1, 8 * values.length)
    .u64(...values)
    .done()
}

export const centralHeader = (member: ZipMember, offset: number, crc: number): Uint8Array => {
  const extra = centralExtra(member, offset)
  const version = extra.length > 0 ? zip64Version : plainVersion
  const size = Math.min(member.size, max32)
  const mode = member.isFolder ? (folderMode << 16) | 0x10 : fileMode << 16
  return record(centralHeaderBytes(member, offset))
    .u32(0x0201_4b50)
    .u16(madeByUnix | version, version, flagsOf(member), 0, ...dosTime(member.modifiedAt))
    .u32(crc, size, size)
    .u16(member.nameBytes, dateExtraBytes + extra.length, 0, 0, 0)
    .u32(mode >>> 0, Math.min(offset, max32))
    .raw(member.name)
    .raw(dateExtra(member.modifiedAt))
    .raw(extra)
    .done()
}

export const endRecords = (members: number, centralStart: number, centralBytes: number): Uint8Array => {
  const fields = record(endRecordsBytes(members, centralStart, centralBytes))
  if (needsZip64End(members, centralStart, centralBytes)) {
    fields
      .u32(0x0606_4b50)
      .u64(44)
      .u16(madeByUnix | zip64Version, zip64Version)
      .u32(0, 0)
      .u64(members, members, centralBytes, centralStart)
      .u32(0x0706_4b50, 0)
      .u64(centralStart + centralBytes)
      .u32(1)
  }
  const shown = Math.min(members, 0xffff)
  return fields
    .u32(0x0605_4b50)
    .u16(0, 0, shown, shown)
    .u32(Math.min(centralBytes, max32), Math.min(centralStart, max32))
    .u16(0)
    .done()
}
