import { limits } from '../../protocol/limits.ts'
import type { Source } from './api.ts'
import { createBell } from './bell.ts'
import type { Chunker } from './chunker.ts'
import type { Allocate, Hashing, Sha256 } from './hashing.ts'

/** A chunk that was cut and is in memory until it is released. */
export type Piece = {
  position: number
  size: number
  hash: string
  bytes: Uint8Array
  release(): void
}

/** At least the largest chunk. */
const blockBytes = limits.chunkMaxBytes
/** Of blocks and of chunks that span two: the bound of the memory of one upload is this times the block. */
const mostBuffers = 8
/** Digests at once: WebCrypto's threads then always have work (four 1 MiB digests: 2.7 GB/s on two cores). */
const digestsAtOnce = 4

/** Reads a source from its start, cuts it and hashes the chunks, all at the same time; yields them in order. */
export async function* readPieces(
  source: Source,
  chunker: Chunker,
  { sha256, allocate }: Hashing,
): AsyncGenerator<Piece> {
  const buffers = createBuffers(allocate)
  const pending: Promise<Piece>[] = []
  const cut = (position: number, parts: Part[]) => {
    const piece = hashPiece(position, joinParts(parts, buffers), sha256)
    piece.catch(() => {})
    pending.push(piece)
  }
  let chunkStart = 0
  let parts: Part[] = []
  let ahead = readBlock(source, 0, buffers)
  for (let position = 0; position < source.size; ) {
    const block = await ahead
    const end = position + block.bytes.length
    if (end < source.size) ahead = readBlock(source, end, buffers)
    let from = 0
    while (from < block.bytes.length) {
      const found = chunker.scan(block.bytes, from, block.bytes.length)
      const to = found < 0 ? block.bytes.length : found
      parts.push({ bytes: block.bytes.subarray(from, to), buffer: block.hold() })
      from = to
      if (found < 0) continue
      cut(chunkStart, parts)
      chunkStart = position + to
      parts = []
      if (pending.length > digestsAtOnce) yield* await first(pending)
    }
    block.release()
    position = end
  }
  if (parts.length > 0) cut(chunkStart, parts)
  for (const piece of pending) yield await piece
}

const first = async (pending: Promise<Piece>[]): Promise<Piece[]> => Promise.all(pending.splice(0, 1))

type Buffer = { bytes: Uint8Array; hold(): Buffer; release(): void }
type Part = { bytes: Uint8Array; buffer: Buffer }
type Buffers = ReturnType<typeof createBuffers>

/** Counts the buffers in use and keeps those that are free, because fresh memory costs more than a copy. */
const createBuffers = (allocate: Allocate) => {
  const bell = createBell()
  const free: Uint8Array[] = []
  let used = 0
  const counted = (bytes: Uint8Array, whenFree: () => void): Buffer => {
    let holders = 1
    const buffer: Buffer = {
      bytes,
      hold() {
        holders++
        return buffer
      },
      release() {
        holders--
        if (holders > 0) return
        used--
        whenFree()
        bell.ring()
      },
    }
    used++
    return buffer
  }
  return {
    async room(): Promise<void> {
      while (used >= mostBuffers) await bell.rung()
    },
    take: () => free.pop() ?? allocate(blockBytes),
    counted,
    keep: (bytes: Uint8Array) => {
      if (bytes.buffer.byteLength === blockBytes) free.push(new Uint8Array(bytes.buffer))
    },
  }
}

const readBlock = (source: Source, position: number, buffers: Buffers): Promise<Buffer> => {
  const reading = (async () => {
    if (position >= source.size) return buffers.counted(new Uint8Array(0), () => {})
    await buffers.room()
    const length = Math.min(blockBytes, source.size - position)
    const bytes = await source.read(position, length, buffers.take())
    return buffers.counted(bytes, () => buffers.keep(bytes))
  })()
  reading.catch(() => {})
  return reading
}

/** The bytes of a chunk in one place: a view of its block, or a copy where it spans two. */
const joinParts = (parts: Part[], buffers: Buffers): Part => {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const whole = buffers.take()
  let at = 0
  for (const part of parts) {
    whole.set(part.bytes, at)
    at += part.bytes.length
    part.buffer.release()
  }
  const bytes = whole.subarray(0, at)
  return { bytes, buffer: buffers.counted(bytes, () => buffers.keep(bytes)) }
}

const hashPiece = async (position: number, { bytes, buffer }: Part, sha256: Sha256): Promise<Piece> => ({
  position,
  size: bytes.length,
  hash: await sha256(bytes),
  bytes,
  release: buffer.release,
})
