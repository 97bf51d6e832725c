import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ChunkIndex, ChunkStore } from './chunks/chunk-store.ts'
import { lockDirectory } from './index/data-lock.ts'
import { openIndex } from './index/open-index.ts'
import { runMarker } from './index/run-marker.ts'
import { standInChunks } from './stand-in-chunks.ts'
import type { Storage } from './storage.ts'

export type StorageOptions = {
  /** Made if it is missing, for its owner alone. */
  directory: string
  /** 32 bytes that wrap the keys of the chunks; a file in the directory by default. */
  masterKey?: Uint8Array
  clock?: () => number
  /** How long an unfinished upload is kept; 7 days by default. */
  uploadsKeptMs?: number
  /** Kills the process at a named step: for crash tests. */
  crashAt?: string
  /** Another store of bytes than the disk's: for tests. */
  openChunks?: (index: ChunkIndex) => Promise<ChunkStore>
  log?: { info(message: string): void; warn(message: string): void }
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * Opens a hub's storage in a directory that it holds alone until close(). Throws an Error with a sentence if another
 * hub has it, if the index is damaged or from a newer version, or if SQLite is not as it has to be.
 */
export const openStorage = async (
  options: StorageOptions,
): Promise<Storage & { createdMasterKey: boolean }> => {
  const { directory, clock = Date.now, crashAt = null } = options
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
  const unlock = lockDirectory(directory)
  try {
    const marker = runMarker(join(directory, 'running'))
    const unclean = marker.wasRunning
    if (unclean) options.log?.warn('The last stop was not a clean one: the index is checked first.')
    const uploadsKeptMs = options.uploadsKeptMs ?? 7 * dayMs
    const index = await openIndex({ directory, clock, crashAt, uploadsKeptMs, unclean })
    const chunks = await (options.openChunks ?? (async chunkIndex => standInChunks(chunkIndex)))(
      index.chunkIndex,
    )
    const { chunkIndex: _, ...rows } = index
    return {
      ...rows,
      chunks,
      createdMasterKey: false,
      problem: () => index.problem() ?? chunks.health().problem,
      async close() {
        await chunks.close()
        const clean = index.problem() === null
        await index.close()
        if (clean) marker.remove()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}
