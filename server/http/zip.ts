import { crc32 } from 'node:zlib'
import type { Piece, ReadPart } from './content-reader.ts'
import type { PlacedMember, ZipFile, ZipLayout } from './zip-layout.ts'
import {
  centralHeader,
  centralHeaderBytes,
  dataDescriptor,
  descriptorBytes,
  endRecords,
  localHeader,
  localHeaderBytes,
} from './zip-records.ts'

/** The part [start, end) of a file. */
export type ReadFile = (file: ZipFile, start: number, end: number) => AsyncGenerator<Piece>

/** An archive of which any range can be made. */
export type Zip = { size: number; read: ReadPart }

/** Checksums by digest, kept while there is room: a resumed archive need not read again what it skips. */
export type Checksums = Map<string, number>

const maxChecksums = 100_000

/** A part of the archive, where it begins, and its bytes from `from` to `to`. */
type Part = { start: number; size: number; read: ReadPart }

/** The archive of a layout. Nothing is read before its bytes are asked for, and nothing is kept. */
export const createZip = (layout: ZipLayout, readFile: ReadFile, checksums: Checksums): Zip => {
  const { centralStart, centralBytes, members, size } = layout

  /** All bytes of a file; its checksum is known when they have passed. */
  async function* summed(file: ZipFile, bytes: number): AsyncGenerator<Piece> {
    let sum = 0
    for await (const piece of readFile(file, 0, bytes)) {
      sum = crc32(piece.bytes, sum)
      yield piece
    }
    const oldest = checksums.keys().next().value
    if (checksums.size >= maxChecksums && oldest !== undefined) checksums.delete(oldest)
    checksums.set(file.digest, sum)
  }

  const checksumOf = async ({ file, size: bytes }: PlacedMember): Promise<number> => {
    if (file === null || bytes === 0) return 0
    const known = checksums.get(file.digest)
    if (known !== undefined) return known
    for await (const piece of summed(file, bytes)) piece.release()
    return checksums.get(file.digest) ?? 0
  }

  const readMember = (file: ZipFile, bytes: number, from: number, to: number): AsyncGenerator<Piece> =>
    from === 0 && to === bytes ? summed(file, bytes) : readFile(file, from, to)

  function* partsOf(member: PlacedMember): Generator<Part> {
    const { file, offset, size: bytes } = member
    const start = offset + localHeaderBytes(member)
    yield { start: offset, size: start - offset, read: made(async () => localHeader(member)) }
    if (file === null || bytes === 0) return
    yield { start, size: bytes, read: (from, to) => readMember(file, bytes, from, to) }
    yield {
      start: start + bytes,
      size: descriptorBytes(member),
      read: made(async () => dataDescriptor(member, await checksumOf(member))),
    }
  }

  function* partsFrom(position: number): Generator<Part> {
    if (position < centralStart) for (const member of layout.membersFrom(position)) yield* partsOf(member)
    for (const { member, start } of layout.headersFrom(position)) {
      const { offset } = member
      const read = made(async () => centralHeader(member, offset, await checksumOf(member)))
      yield { start, size: centralHeaderBytes(member, offset), read }
    }
    const end = endRecords(members, centralStart, centralBytes)
    yield { start: centralStart + centralBytes, size: end.length, read: made(async () => end) }
  }

  async function* read(start: number, end: number): AsyncGenerator<Piece> {
    for (const part of partsFrom(start)) {
      if (part.start >= end) return
      const from = Math.max(0, start - part.start)
      const to = Math.min(part.size, end - part.start)
      if (from < to) yield* part.read(from, to)
    }
  }

  return { size, read }
}

const made = (make: () => Promise<Uint8Array>): ReadPart =>
  async function* (from, to) {
    yield { bytes: (await make()).subarray(from, to), release: () => undefined }
  }
