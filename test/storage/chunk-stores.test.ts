import { mkdtempSync, rmSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlacedChunk } from '../../storage/chunks/chunk-store.ts'
import { diskChunks } from '../../storage/chunks/disk-chunks.ts'
import { openKeys } from '../../storage/chunks/keys.ts'
import { memoryChunkIndex } from '../../storage/chunks/memory-chunk-index.ts'
import { memoryChunks } from '../../storage/chunks/memory-chunks.ts'
import { segmentFileName } from '../../storage/chunks/record.ts'
import { openIndex } from '../../storage/index/open-index.ts'
import { chunkIndexContract } from '../contracts/chunk-index.ts'
import { chunkStoreContract } from '../contracts/chunk-store.ts'

chunkStoreContract('memory chunks', async () => {
  const kept = new Map<string, Uint8Array>()
  const marked: PlacedChunk[] = []
  return {
    store: memoryChunks(kept, memoryChunkIndex(marked)),
    marked,
    async damage(id) {
      kept.set(id, new Uint8Array(3))
    },
    async remove() {},
  }
})

chunkStoreContract('disk chunks', async () => {
  const data = mkdtempSync(join(tmpdir(), 'wherry-chunks-'))
  const directory = join(data, 'chunks')
  const { keys } = await openKeys({ directory: data, masterKey: null })
  const marked: PlacedChunk[] = []
  const index = memoryChunkIndex(marked)
  return {
    store: await diskChunks({ directory, index, keys }),
    marked,
    async damage(id) {
      const row = (await index.find([id])).get(id)
      if (!row) throw new Error('There is no such chunk to damage.')
      const file = await openFile(join(directory, segmentFileName(row.segment)), 'r+')
      await file.write('damage', row.offset + 100)
      await file.close()
    },
    async remove() {
      rmSync(data, { recursive: true })
    },
  }
})

chunkIndexContract('memory chunk index', async () => ({ index: memoryChunkIndex(), async close() {} }))

chunkIndexContract('chunk index in SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-index-'))
  const index = await openIndex({
    directory,
    clock: Date.now,
    uploadsKeptMs: 1,
    unclean: false,
    crashAt: null,
    warn: () => {},
  })
  return {
    index: index.chunkIndex,
    async close() {
      await index.close()
      rmSync(directory, { recursive: true })
    },
  }
})
