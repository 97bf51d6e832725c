import { crc32 } from 'node:zlib'
import type { Piece, ReadPart } from './content-reader.ts'
import {
  centralHeader,
  centralHeaderBytes,
  dataDescriptor,
  descriptorBytes,
  endRecords,
  endRecordsBytes,
  localHeader,
  localHeaderBytes,
  type ZipMember,
} from './zip-records.ts'

/** A file or folder of an archive. A file's bytes are named by `digest` and read by `read`. */
export type ZipSource = ZipMember & { digest: string; read: ReadPart }

/** An archive whose every byte's place follows from names and sizes alone, so that a range of it can be made anywhere. */
export type Zip = { size: number; read: ReadPart }

/** Checksums by digest, kept while there is room: a resumed archive need not read again what it skips. */
export type Checksums = Map<string, number>

const maxChecksums = 100_000

/** Lays an archive out. Nothing is read before its bytes are asked for, and nothing is kept. */
export const createZip = (members: readonly ZipSource[], checksums: Checksums): Zip => {
  const offsets: number[] = []
  let centralStart = 0
  for (const member of members) {
    offsets.push(centralStart)
    centralStart += localHeaderBytes(member) + member.size + descriptorBytes(member)
  }
  let centralBytes = 0
  members.forEach((member, i) => {
    centralBytes += centralHeaderBytes(member, offsets[i] ?? 0)
  })
  const size = centralStart + centralBytes + endRecordsBytes(members.length, centralStart, centralBytes)

  const checksumOf = async (member: ZipSource): Promise<number> => {
    if (member.size === 0) return 0
    const known = checksums.get(member.digest)
    if (known !== undefined) return known
    for await (const piece of summed(member, checksums)) piece.release()
    return checksums.get(member.digest) ?? 0
  }

  /** The archive's parts in order, each with its length and its bytes from `from` to `to`. */
  function* parts(start: number): Generator<{ size: number; read: ReadPart }> {
    for (const [i, member] of members.entries()) {
      const isBefore = (offsets[i + 1] ?? centralStart) <= start
      if (isBefore) {
        yield { size: (offsets[i + 1] ?? centralStart) - (offsets[i] ?? 0), read: nothing }
        continue
      }
      yield { size: localHeaderBytes(member), read: made(async () => localHeader(member)) }
      yield { size: member.size, read: (from, to) => readMember(member, from, to, checksums) }
      yield {
        size: descriptorBytes(member),
        read: made(async () => dataDescriptor(member, await checksumOf(member))),
      }
    }
    for (const [i, member] of members.entries()) {
      const offset = offsets[i] ?? 0
      yield {
        size: centralHeaderBytes(member, offset),
        read: made(async () => centralHeader(member, offset, await checksumOf(member))),
      }
    }
    const end = endRecords(members.length, centralStart, centralBytes)
    yield { size: end.length, read: made(async () => end) }
  }

  async function* read(start: number, end: number): AsyncGenerator<Piece> {
    let position = 0
    for (const part of parts(start)) {
      const from = Math.max(0, start - position)
      const to = Math.min(part.size, end - position)
      if (from < to) yield* part.read(from, to)
      position += part.size
      if (position >= end) return
    }
  }

  return { size, read }
}

async function* nothing(): AsyncGenerator<Piece> {
  // Lies before the range that was asked for.
}

const made = (make: () => Promise<Uint8Array>): ReadPart =>
  async function* (from, to) {
    yield { bytes: (await make()).subarray(from, to), release: () => undefined }
  }

const readMember = (
  member: ZipSource,
  from: number,
  to: number,
  checksums: Checksums,
): AsyncGenerator<Piece> =>
  from === 0 && to === member.size ? summed(member, checksums) : member.read(from, to)

/** All bytes of a member; its checksum is known when they have passed. */
async function* summed(member: ZipSource, checksums: Checksums): AsyncGenerator<Piece> {
  let sum = 0
  for await (const piece of member.read(0, member.size)) {
    sum = crc32(piece.bytes, sum)
    yield piece
  }
  const oldest = checksums.keys().next().value
  if (checksums.size >= maxChecksums && oldest !== undefined) checksums.delete(oldest)
  checksums.set(member.digest, sum)
}
