import {
  centralHeaderBytes,
  descriptorBytes,
  endRecordsBytes,
  localHeaderBytes,
  type ZipMember,
} from './zip-records.ts'

/** A version of a file. */
export type ZipFile = { entry: string; version: string; digest: string }

/** A file, or without one a folder. */
type NewMember = { name: string; size: number; modifiedAt: number; file: ZipFile | null }

/** A member, and where in the archive it begins. */
export type PlacedMember = ZipMember & { readonly offset: number; readonly file: ZipFile | null }

/** The members of an archive in their order. The place of its every byte follows from their names and sizes alone. */
export type ZipLayout = {
  /** Puts a member behind the others, in one that was added before or in none; answers its place, for members in it. */
  add(member: NewMember, folder: number | null): number
  readonly members: number
  /** Where the directory at the archive's end begins, and its length without the records behind it. */
  readonly centralStart: number
  readonly centralBytes: number
  /** Bytes of the whole archive. */
  readonly size: number
  /** The members from `position` in the archive on, and perhaps some before. */
  membersFrom(position: number): Generator<PlacedMember>
  /** The same for their headers in the directory, each with where it begins in the archive. */
  headersFrom(position: number): Generator<{ member: PlacedMember; start: number }>
}

/** A layout takes its memory in pieces of this size. */
const blockBytes = 64 * 1024

/** `offset` and `central`: where its first member begins in the archive, and that one's header in the directory. */
type Block = { bytes: Buffer; used: number; offset: number; central: number }

/** A member's place is where its record begins, counted over all blocks. Numbers, name, and what a file has besides. */
const at = { offset: 0, size: 8, modifiedAt: 16, folder: 24, pathBytes: 28, nameBytes: 30, name: 32 } as const
const idBytes = 16
const digestBytes = 32
const fileBytes = 2 * idBytes + digestBytes
const slash = 0x2f

const writeFile = (bytes: Buffer, start: number, { entry, version, digest }: ZipFile): void => {
  bytes.write(entry, start, idBytes, 'base64url')
  bytes.write(version, start + idBytes, idBytes, 'base64url')
  bytes.write(digest, start + 2 * idBytes, digestBytes, 'hex')
}

const readFile = (bytes: Buffer, start: number): ZipFile => ({
  entry: bytes.toString('base64url', start, start + idBytes),
  version: bytes.toString('base64url', start + idBytes, start + 2 * idBytes),
  digest: bytes.toString('hex', start + 2 * idBytes, start + fileBytes),
})

/**
 * An empty layout. Its members are packed, because as objects they take twenty times as much: a file takes 96 bytes and
 * its own name, a folder 32. `take` is called before each further `blockBytes`, and may throw.
 */
export const createZipLayout = (take: (bytes: number) => void): ZipLayout => {
  const blocks: Block[] = []
  let members = 0
  let centralStart = 0
  let centralBytes = 0

  const blockFor = (recordBytes: number): Block => {
    const last = blocks.at(-1)
    if (last && last.used + recordBytes <= blockBytes) return last
    take(blockBytes)
    const bytes = Buffer.allocUnsafeSlow(blockBytes)
    const block = { bytes, used: 0, offset: centralStart, central: centralBytes }
    blocks.push(block)
    return block
  }

  const recordAt = (place: number) => {
    const bytes = blocks[Math.floor(place / blockBytes)]?.bytes
    if (!bytes) throw new Error(`There is no member at ${place}.`)
    const start = place % blockBytes
    const ownBytes = bytes.readUInt16LE(start + at.nameBytes)
    const name = bytes.subarray(start + at.name, start + at.name + ownBytes)
    return { bytes, start, name, pathBytes: bytes.readUInt16LE(start + at.pathBytes) }
  }

  const pathOf = (place: number): Uint8Array => {
    const path = new Uint8Array(recordAt(place).pathBytes)
    for (let above = place + 1, end = path.length; above > 0; ) {
      const { bytes, start, name } = recordAt(above - 1)
      end -= name.length
      path.set(name, end)
      above = bytes.readUInt32LE(start + at.folder)
    }
    return path
  }

  const memberAt = (place: number): PlacedMember & { recordBytes: number } => {
    const { bytes, start, name, pathBytes } = recordAt(place)
    const isFolder = name.at(-1) === slash
    const nameEnd = start + at.name + name.length
    return {
      get name() {
        return pathOf(place)
      },
      get file() {
        return isFolder ? null : readFile(bytes, nameEnd)
      },
      nameBytes: pathBytes,
      size: bytes.readDoubleLE(start + at.size),
      modifiedAt: bytes.readDoubleLE(start + at.modifiedAt),
      isFolder,
      offset: bytes.readDoubleLE(start + at.offset),
      recordBytes: at.name + name.length + (isFolder ? 0 : fileBytes),
    }
  }

  function* membersOf(first: number): Generator<PlacedMember> {
    for (let i = Math.max(0, first); i < blocks.length; i++) {
      const used = blocks[i]?.used ?? 0
      for (let start = 0; start < used; ) {
        const member = memberAt(i * blockBytes + start)
        yield member
        start += member.recordBytes
      }
    }
  }

  return {
    add({ name, size, modifiedAt, file }, folder) {
      const own = Buffer.from(file === null ? `${name}/` : name)
      const nameBytes = own.length + (folder === null ? 0 : recordAt(folder).pathBytes)
      const block = blockFor(at.name + own.length + (file === null ? 0 : fileBytes))
      const { bytes, used: start } = block
      bytes.writeDoubleLE(centralStart, start + at.offset)
      bytes.writeDoubleLE(size, start + at.size)
      bytes.writeDoubleLE(modifiedAt, start + at.modifiedAt)
      bytes.writeUInt32LE(folder === null ? 0 : folder + 1, start + at.folder)
      bytes.writeUInt16LE(nameBytes, start + at.pathBytes)
      bytes.writeUInt16LE(own.length, start + at.nameBytes)
      own.copy(bytes, start + at.name)
      block.used += at.name + own.length
      if (file !== null) {
        writeFile(bytes, block.used, file)
        block.used += fileBytes
      }
      centralBytes += centralHeaderBytes({ nameBytes, size }, centralStart)
      centralStart += localHeaderBytes({ nameBytes, size }) + size + descriptorBytes({ nameBytes, size })
      members++
      return (blocks.length - 1) * blockBytes + start
    },
    get members() {
      return members
    },
    get centralStart() {
      return centralStart
    },
    get centralBytes() {
      return centralBytes
    },
    get size() {
      return centralStart + centralBytes + endRecordsBytes(members, centralStart, centralBytes)
    },
    membersFrom: position => membersOf(blocks.findLastIndex(({ offset }) => offset <= position)),
    *headersFrom(position) {
      const first = blocks.findLastIndex(({ central }) => centralStart + central <= position)
      let start = centralStart + (blocks[Math.max(0, first)]?.central ?? 0)
      for (const member of membersOf(first)) {
        yield { member, start }
        start += centralHeaderBytes(member, member.offset)
      }
    },
  }
}
