import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import type { ChunkBuffer } from '../../storage/chunks/chunk-store.ts'
import type { Storage } from '../../storage/storage.ts'

/** Bytes to be sent, and to be let go afterwards. */
export type Piece = { bytes: Uint8Array; release(): void }

/** The part [start, end) of what an answer can give. */
export type ReadPart = (start: number, end: number) => AsyncGenerator<Piece>

/** Chunks read ahead of the one being sent. */
const readAhead = 2
/** Where chunks take more memory than this, none are read ahead. */
const tightBytes = 128 * limits.chunkMaxBytes
const refsPage = 256

/** The bytes [start, end) of a content, chunk by chunk, verified, reading a little ahead. */
export async function* readContent(
  storage: Pick<Storage, 'contents' | 'chunks'>,
  content: string,
  start: number,
  end: number,
): AsyncGenerator<Piece> {
  const place = start < end ? await storage.contents.locate(content, start) : null
  if (place === null) return
  let position = place.start
  const ahead: { ref: ChunkRef; reading: Promise<ChunkBuffer> }[] = []
  const refs = chunksFrom(storage, content, place.index)
  let planned = position
  try {
    while (position < end) {
      const isTight = storage.chunks.health().allocatedBytes > tightBytes
      while (ahead.length <= (isTight ? 0 : readAhead) && planned < end) {
        const { value: ref } = await refs.next()
        if (!ref) throw new WherryError('version_gone')
        const reading = storage.chunks.get(ref.hash)
        reading.catch(() => undefined)
        ahead.push({ ref, reading })
        planned += ref.size
      }
      const next = ahead.shift()
      if (!next) return
      const buffer = await next.reading
      const from = Math.max(0, start - position)
      const to = Math.min(next.ref.size, end - position)
      position += next.ref.size
      yield { bytes: buffer.bytes.subarray(from, to), release: () => buffer.release() }
    }
  } finally {
    for (const { reading } of ahead) reading.then(buffer => buffer.release()).catch(() => undefined)
  }
}

async function* chunksFrom(
  storage: Pick<Storage, 'contents'>,
  content: string,
  index: number,
): AsyncGenerator<ChunkRef, undefined> {
  for (let from = index; ; from += refsPage) {
    const page = await storage.contents.chunks(content, from, refsPage)
    yield* page
    if (page.length < refsPage) return undefined
  }
}
