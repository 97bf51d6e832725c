import { hash } from 'node:crypto'
import { freemem } from 'node:os'
import { WherryError } from '../../protocol/errors.ts'
import { bufferPool, checkChunkSize } from './buffer-pool.ts'
import type { ChunkId, ChunkStore } from './chunk-store.ts'

/** A chunk store that forgets everything at its end, over a map that a test may damage. */
export const memoryChunks = (kept: Map<ChunkId, Uint8Array> = new Map()): ChunkStore => {
  const pool = bufferPool()
  let closed = false

  const checkOpen = (): void => {
    if (closed) throw new WherryError('closing')
  }

  return {
    allocate: pool.allocate,
    async put(id, bytes) {
      checkOpen()
      checkChunkSize(bytes.length)
      const copy = Uint8Array.from(bytes)
      if (hash('sha256', copy) !== id) throw new WherryError('chunk_mismatch')
      kept.set(id, copy)
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
      freeBytes: freemem(),
      allocatedBytes: pool.allocatedBytes(),
    }),
    async close() {
      closed = true
    },
  }
}
