import type { ChunkRef } from '../../../protocol/values.ts'
import type { Source } from '../api.ts'
import { contentDigest, type Hashing } from '../hashing.ts'
import type { Chunker } from './chunker.ts'
import { readPieces } from './upload-pieces.ts'

/** The digest that the source's content has on the hub; null if the signal aborted. Reads all of it and sends nothing. */
export const sourceDigest = async (
  source: Source,
  chunker: Chunker,
  hashing: Hashing,
  signal: AbortSignal,
): Promise<string | null> => {
  const chunks: ChunkRef[] = []
  for await (const { hash, size, release } of readPieces(source, chunker, hashing)) {
    release()
    if (signal.aborted) return null
    chunks.push({ hash, size })
  }
  return contentDigest(chunks, hashing.sha256)
}
