import type { Source } from '../api.ts'
import { createBell } from '../bell.ts'
import type { Blocks } from '../blocks.ts'
import type { Hashing, Sha256 } from '../hashing.ts'
import type { Chunker } from './chunker.ts'

/** A chunk that was cut and is in memory until it is released. */
export type Piece = {
  position: number
  size: number
  hash: string
  bytes: Uint8Array
  release(): void
}

/** Blocks in use, with those of chunks that span two: the bound of the memory of one upload. */
const mostBuffers = 8
/** Digests at once: WebCrypto's threads then always have work (four 1 MiB digests: 2.7 GB/s on two cores). */
const digestsAtOnce = 4

/** Reads a source from its start, cuts it and hashes the chunks, all at the same time; yields them in order. */
export async function* readPieces(
  source: Source,
  chunker: Chunker,
  { sha256, blocks }: Hashing,
): AsyncGenerator<Piece> {
  const buffers = createBuffers(blocks)
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

/** Counts the blocks in use, and gives each back when its last holder released it. */
const createBuffers = (blocks: Blocks) => {
  const bell = createBell()
  let used = 0
  const counted = (bytes: Uint8Array, block: Uint8Array): Buffer => {
    let holders = 1
    const buffer: Buffer = {
      bytes,
      hold() {
        holders++
        return buffer
      },
      release() {
        holders--
        if (holders !== 0) return
        used--
        blocks.keep(block)
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
    take: blocks.take,
    copy: blocks.copy,
    counted,
  }
}

const readBlock = (source: Source, position: number, buffers: Buffers): Promise<Buffer> => {
  const reading = (async () => {
    await buffers.room()
    const block = buffers.take()
    const length = Math.min(block.length, source.size - position)
    return buffers.counted(await source.read(position, length, block), block)
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
    buffers.copy(part.bytes, whole, at)
    at += part.bytes.length
    part.buffer.release()
  }
  const bytes = whole.subarray(0, at)
  return { bytes, buffer: buffers.counted(bytes, whole) }
}

const hashPiece = async (position: number, { bytes, buffer }: Part, sha256: Sha256): Promise<Piece> => ({
  position,
  size: bytes.length,
  hash: await sha256(bytes),
  bytes,
  release: buffer.release,
})
