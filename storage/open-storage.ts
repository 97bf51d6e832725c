import { join } from 'node:path'
import type { ChunkStore } from './chunks/chunk-store.ts'
import type { CrashPoint } from './chunks/crash.ts'
import { diskChunks } from './chunks/disk-chunks.ts'
import { openKeys } from './chunks/keys.ts'
import { fullDiskError, fullDiskWords, isDiskFull } from './disk-room.ts'
import { lockDirectory, makeDirectory } from './index/data-lock.ts'
import { refuseLostIndex } from './index/lost-index.ts'
import { type Index, openIndex } from './index/open-index.ts'
import { runMarker } from './index/run-marker.ts'
import { type IndexCrashPoint, isIndexCrashPoint } from './index/writer-messages.ts'
import { messageOf } from './message-of.ts'
import type { Storage } from './storage.ts'

export type StorageOptions = {
  /** Made if it is missing, for its owner alone. */
  directory: string
  /** 32 bytes that wrap the keys of the chunks; by default those of a file in the directory, made on first start. */
  masterKey?: Uint8Array
  clock?: () => number
  /** How long an unfinished upload is kept after its last byte; 7 days by default. */
  uploadsKeptMs?: number
  /** Files, folders and unfinished uploads that a space may hold; by default without bound. */
  spaceEntries?: number
  /** Threads that hash and encrypt. */
  workers?: number
  log?: { info(message: string): void; warn(message: string): void; error(message: string): void }
  /** Opens although segments are missing, and takes what cannot be read for damaged. */
  allowMissingSegments?: boolean
  /** Kills the process when it passes a step for the time after `after` times: for crash tests. */
  crashAt?: { point: CrashPoint | IndexCrashPoint; after: number }
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * Opens a hub's storage in a directory that it holds alone until close(). Throws an Error with a sentence if another
 * hub has it, if it cannot be written, if the disk is too full, if the index is damaged or from a newer version, if segments
 * are missing, or if SQLite is not as it has to be.
 * `createdMasterKey`: a master key was made just now; without a backup of it the disk's content cannot be read elsewhere.
 */
export const openStorage = async (
  options: StorageOptions,
): Promise<Storage & { createdMasterKey: boolean }> => {
  try {
    return await open(options)
  } catch (error) {
    throw fullDiskError(error, options.directory) ?? error
  }
}

const open = async (options: StorageOptions): Promise<Storage & { createdMasterKey: boolean }> => {
  const { directory, log } = options
  makeDirectory(directory)
  const unlock = lockDirectory(directory)
  let index: Index | null = null
  let unmark = () => {}
  try {
    await refuseLostIndex(directory)
    const marker = runMarker(join(directory, 'running'))
    unmark = () => removeMark(marker.remove, log)
    if (marker.wasRunning)
      log?.warn('The last stop was not a clean one: what was written last is checked first.')
    const opened = await openIndex(indexOptions(options, marker.wasRunning))
    index = opened
    const { keys, createdMasterKeyFile } = await openKeys({ directory, masterKey: options.masterKey ?? null })
    const chunks = await diskChunks({ ...chunkOptions(options, opened), keys })
    return {
      ...compose(opened, chunks, unmark, unlock),
      createdMasterKey: createdMasterKeyFile !== null,
    }
  } catch (error) {
    // An index that was opened is whole, and nothing was changed since.
    const isWhole = index?.problem() === null
    await index?.close()
    if (isWhole) unmark()
    unlock()
    throw error
  }
}

/** A mark that stays has the next start check what need not be. */
const removeMark = (remove: () => void, log: StorageOptions['log']): void => {
  try {
    remove()
  } catch (error) {
    log?.warn(`The mark of a running hub could not be removed: ${messageOf(error)}`)
  }
}

const indexOptions = (options: StorageOptions, unclean: boolean) => ({
  directory: options.directory,
  clock: options.clock ?? Date.now,
  uploadsKeptMs: options.uploadsKeptMs ?? 7 * dayMs,
  ...(options.spaceEntries === undefined ? {} : { spaceEntries: options.spaceEntries }),
  unclean,
  warn: (message: string) => options.log?.warn(message),
  crashAt: options.crashAt && isIndexCrashPoint(options.crashAt.point) ? options.crashAt : null,
})

const chunkOptions = (
  { directory, workers, log, crashAt, allowMissingSegments = false }: StorageOptions,
  index: Index,
) => ({
  directory: join(directory, 'chunks'),
  index: index.chunkIndex,
  allowMissing: allowMissingSegments,
  filesWith: index.filesWith,
  ...(workers === undefined ? {} : { workers }),
  ...(log === undefined ? {} : { log }),
  ...(crashAt && !isIndexCrashPoint(crashAt.point) ? { crashAt: { ...crashAt, point: crashAt.point } } : {}),
})

/** A disk that was full is tried again when there is room: whoever asks first, as a load balancer does, is told of that. */
const problemOf = (index: Index, chunks: ChunkStore): string | null => {
  const { state, problem } = chunks.health()
  if (index.problem() !== null) return index.problem()
  if (state === 'readOnly') return problem
  return isDiskFull({ chunks, isIndexFull: index.isIndexFull }) ? fullDiskWords : null
}

const compose = (index: Index, chunks: ChunkStore, markClean: () => void, unlock: () => void): Storage => {
  const { chunkIndex: _, filesWith: __, ...rows } = index
  const close = async (): Promise<void> => {
    await chunks.close()
    const isClean = index.problem() === null
    await index.close()
    if (isClean) markClean()
    unlock()
  }
  let closing: Promise<void> | null = null
  return {
    ...rows,
    chunks,
    problem: () => problemOf(index, chunks),
    close: () => (closing ??= close()),
  }
}
