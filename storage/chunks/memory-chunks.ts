import { hash } from 'node:crypto'
import { freemem } from 'node:os'
import { WherryError } from '../../protocol/errors.ts'
import { bufferPool, checkChunkSize } from './buffer-pool.ts'
import type { ChunkId, ChunkIndex, ChunkStore } from './chunk-store.ts'
import { memoryChunkIndex } from './memory-chunk-index.ts'

/**
 * A chunk store that forgets everything at its end, over a map that a test may damage. `index` hears of the places in
 * uploads that chunks are for; it has no rows.
 */
export const memoryChunks = (
  kept: Map<ChunkId, Uint8Array> = new Map(),
  index: Pick<ChunkIndex, 'add'> = memoryChunkIndex(),
): ChunkStore => {
  const pool = bufferPool()
  let closed = false

  const checkOpen = (): void => {
    if (closed) throw new WherryError('closing')
  }

  return {
    allocate: pool.allocate,
    async put(id, bytes, place) {
      checkOpen()
      checkChunkSize(bytes.length)
      const copy = Uint8Array.from(bytes)
      if (hash('sha256', copy) !== id) throw new WherryError('chunk_mismatch')
      kept.set(id, copy)
      if (place) await index.add([], [{ ...place, id }])
    },
    async get(id) {
      checkOpen()
      const bytes = kept.get(id)
      if (!bytes) throw new WherryError('chunk_damaged')
      if (hash('sha256', bytes) !== id) {
        kept.delete(id)
        throw new WherryError('chunk_damaged')
      }
      const buffer = pool.allocate(bytes.length)
      buffer.bytes.set(bytes)
      return buffer
    },
    async has(ids) {
      checkOpen()
      return new Set(ids.filter(id => kept.has(id)))
    },
    health: () => ({
      state: 'writable',
      problem: null,
      unreadable: null,
      freeBytes: freemem(),
      allocatedBytes: pool.allocatedBytes(),
    }),
    /** Those are forgotten as soon as they are known. */
    damagedCount: async () => 0,
    async close() {
      closed = true
    },
  }
}
