import { limits } from '../../protocol/limits.ts'

/** What arrived of a chunk before its connection broke. */
export type BegunChunk = { index: number; hash: string; bytes: Uint8Array }

/**
 * Chunks that were begun on connections that broke, so that an upload gets on where no connection lasts for a whole one.
 * They are in memory only: who goes on with one that was forgotten is told to send it whole.
 */
export type BegunChunks = {
  keep(upload: string, chunks: readonly BegunChunk[]): void
  of(upload: string): readonly BegunChunk[]
  /** Hands one over, and keeps it no longer. */
  take(upload: string, index: number): BegunChunk | null
  forget(upload: string): void
}

/** Bytes of begun chunks that are kept, of all uploads together; beyond it those of the oldest upload are forgotten. */
export const maxBegunBytes = 8 * limits.chunkMaxBytes

export const createBegunChunks = (maxBytes = maxBegunBytes): BegunChunks => {
  const uploads = new Map<string, Map<number, BegunChunk>>()
  let keptBytes = 0

  const take: BegunChunks['take'] = (upload, index) => {
    const begun = uploads.get(upload)
    const chunk = begun?.get(index) ?? null
    if (!begun || !chunk) return null
    keptBytes -= chunk.bytes.length
    begun.delete(index)
    if (begun.size === 0) uploads.delete(upload)
    return chunk
  }

  const forget = (upload: string): void => {
    for (const index of uploads.get(upload)?.keys() ?? []) take(upload, index)
  }

  const keepOne = (upload: string, chunk: BegunChunk): void => {
    take(upload, chunk.index)
    const begun = uploads.get(upload) ?? new Map<number, BegunChunk>()
    // The newest upload is the last.
    uploads.delete(upload)
    uploads.set(upload, begun.set(chunk.index, chunk))
    keptBytes += chunk.bytes.length
    if (begun.size > limits.begunChunks) take(upload, begun.keys().next().value ?? -1)
    while (keptBytes > maxBytes) forget(uploads.keys().next().value ?? '')
  }

  return {
    keep: (upload, chunks) => {
      for (const chunk of chunks) if (chunk.bytes.length > 0) keepOne(upload, chunk)
    },
    of: upload => [...(uploads.get(upload)?.values() ?? [])],
    take,
    forget,
  }
}
