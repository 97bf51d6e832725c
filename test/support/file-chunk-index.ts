import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs'
import type { ChunkIndex } from '../../storage/chunks/chunk-store.ts'
import { memoryChunkIndex } from '../../storage/chunks/memory-chunk-index.ts'

/** Chunk rows that survive the process: each add() is a line of JSON, synced before it resolves. */
export const fileChunkIndex = async (path: string): Promise<ChunkIndex> => {
  const index = memoryChunkIndex()
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  // What follows the last newline was never acknowledged.
  for (const line of lines.slice(0, -1)) await index.add(JSON.parse(line))
  return {
    ...index,
    async add(rows) {
      const fd = openSync(path, 'a')
      appendFileSync(fd, `${JSON.stringify(rows)}\n`)
      fsyncSync(fd)
      closeSync(fd)
      await index.add(rows)
    },
  }
}
