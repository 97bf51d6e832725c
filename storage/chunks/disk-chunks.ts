import { mkdir, readdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { isReason, WherryError } from '../../protocol/errors.ts'
import { hasRoom, roomIn } from '../disk-room.ts'
import { batched } from './batched.ts'
import { bufferPool, checkChunkSize } from './buffer-pool.ts'
import type {
  ChunkBuffer,
  ChunkId,
  ChunkIndex,
  ChunkRow,
  ChunkStore,
  MarkedRow,
  PlacedChunk,
  UploadPlace,
} from './chunk-store.ts'
import { chunkThreads, type Task } from './chunk-threads.ts'
import { cleanPoint } from './clean-point.ts'
import { copyBytes } from './copy-bytes.ts'
import { type CrashPlan, crasher } from './crash.ts'
import { chunkDamage } from './damage.ts'
import { failureError, failureOf, failureReasons } from './failures.ts'
import { gathered } from './gathered.ts'
import type { DataKeys } from './keys.ts'
import { missingSegments } from './missing-segments.ts'
import { recordLength, segmentNumber } from './record.ts'
import { recoverChunks } from './recovery.ts'
import { isFailedSync, syncDirectory } from './small-files.ts'
import { storeState } from './store-state.ts'
import type { SharedSlice } from './thread-messages.ts'

export type DiskChunksOptions = {
  /** Holds the segment files; made if it is missing. */
  directory: string
  index: ChunkIndex
  keys: DataKeys
  /** Threads that hash and encrypt; by default one for each core but the hub's own, 2 at most. */
  workers?: number
  log?: { info(message: string): void; warn(message: string): void; error(message: string): void }
  /** Opens although segments are missing, and takes what cannot be read for damaged. */
  allowMissing?: boolean
  /** Says for the log which files chunks are in. */
  filesWith?: (ids: readonly ChunkId[]) => Promise<string>
  /** Verifies every record before it opens, which takes long; after an unclean stop the recent ones are verified anyway. */
  verifyAll?: boolean
  /** Kills the process at a step: for crash tests. */
  crashAt?: CrashPlan | null
  /** Address of a module that exports `files: SegmentFiles` in place of the file system: for fault tests. */
  files?: URL
}

/** A thread takes about 40 MB and stores about 700 MB/s: where there are two cores, one leaves the other to the sockets. */
const coresForChunks = (): number => Math.min(2, Math.max(1, availableParallelism() - 1))

/** What a commit makes findable: a row, if the chunk was not there, and the place in an upload that it is for. */
type Durable = { row: ChunkRow | null; placed: PlacedChunk | null }

/** Chunks of one commit; more if they came together. */
const rowsTogether = { enough: 8, most: 1024 }

const firstFreeSegment = async (directory: string, indexed: readonly number[]): Promise<number> => {
  const onDisk = (await readdir(directory)).map(segmentNumber).filter(number => number !== null)
  return [...onDisk, ...indexed].reduce((highest, number) => Math.max(highest, number), 0) + 1
}

const cannotMark = (cause: unknown): WherryError => failureError(failureReasons[failureOf(cause)], cause)

const makeDirectory = async (directory: string): Promise<void> => {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncDirectory(dirname(directory))
}

/** A new start begins new segments, so no offset that a row may name is ever written twice. */
const sharedCounter = (first: number): SharedArrayBuffer => {
  const counter = new SharedArrayBuffer(4)
  new Int32Array(counter)[0] = first
  return counter
}

/**
 * Chunks as encrypted records in segment files (storage/chunks/record.ts), found through `index`.
 * Opening verifies what was written since the last clean point if the last stop was not clean, and tries again what is
 * marked damaged. Throws a sentence if segments are missing.
 */
export const diskChunks = async (options: DiskChunksOptions): Promise<ChunkStore> => {
  const { directory, index, keys, log, crashAt = null, allowMissing = false } = options
  const { filesWith = async () => '' } = options
  await makeDirectory(directory)
  const ends = await index.segmentEnds()
  const indexed = [...ends.keys()]
  const point = await cleanPoint(directory)
  const verifyFrom = options.verifyAll ? 0 : point.verifyFrom
  const missing = await missingSegments(directory, index, { ends, verifyFrom }, allowMissing)
  const firstSegment = await firstFreeSegment(directory, indexed)
  const pool = bufferPool()
  const state = storeState(
    message => log?.warn(message),
    () => hasRoom(directory),
  )
  const crash = crasher(crashAt)
  const running = new Set<Promise<unknown>>()

  /** close() waits for what went through here. */
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    running.add(work)
    const settled = () => running.delete(work)
    work.then(settled, settled)
    return work
  }
  const untilSettled = async (): Promise<void> => {
    while (running.size > 0) await Promise.allSettled(running)
  }

  const moveCleanPoint = (segment: number): Promise<void> =>
    point.moveTo(segment).catch(error => {
      if (isFailedSync(error)) state.failed(cannotMark(error))
      else log?.warn(`The clean point could not be moved: ${error.message}`)
    })

  /** What is written without it would not be verified after a power cut. */
  const holdCleanPoint = (): Promise<void> =>
    point.hold(firstSegment).catch(error => {
      throw cannotMark(error)
    })

  const threads = chunkThreads({
    count: options.workers ?? coresForChunks(),
    data: {
      directory,
      keys,
      nextSegment: sharedCounter(firstSegment),
      crashAt,
      files: (options.files ?? new URL('./segment-files.ts', import.meta.url)).href,
    },
    onOldestOpen: segment => tracked(moveCleanPoint(segment)),
    onDeath: cause => state.breakDown(`${cause.message} Chunks cannot be stored until a restart.`),
  })

  const check = ({ id, size, segment, offset, length }: ChunkRow): Promise<unknown> =>
    tracked(threads.run({ kind: 'check', id, size, place: { segment, offset, length } }))

  const damage = chunkDamage({
    index,
    check,
    takesForLost: allowMissing,
    filesWith,
    log,
    onFailed: error => state.failed(error),
  })
  await recoverChunks(
    { index, check, takesForLost: allowMissing, onUnreadable: damage.failed, filesWith, log },
    verifyFrom === null ? null : indexed.filter(segment => segment >= verifyFrom && !missing.has(segment)),
    missing,
  )
  await holdCleanPoint().catch(state.failed)

  const findRows = batched((asked: ChunkId[]) => index.find([...new Set(asked)]))
  const find = async (id: ChunkId): Promise<MarkedRow | undefined> => (await findRows(id)).get(id)
  const addDurable = gathered((group: Durable[]) => {
    const rows = group.flatMap(({ row }) => row ?? [])
    const placed = group.flatMap(({ placed }) => placed ?? [])
    return index.add(rows, placed)
  }, rowsTogether)
  const storing = new Map<ChunkId, Promise<void>>()
  let closing: Promise<void> | null = null

  const checkOpen = (): void => {
    if (closing) throw new WherryError('closing')
  }

  /** Runs with the bytes in shared memory: in place if they are, else in a copy. */
  const inShared = async <T>(bytes: Uint8Array, run: (plain: SharedSlice) => Promise<T>): Promise<T> => {
    if (bytes.buffer instanceof SharedArrayBuffer)
      return run({ memory: bytes.buffer, offset: bytes.byteOffset, length: bytes.length })
    const copy = pool.allocate(bytes.length)
    copyBytes(bytes, copy.bytes)
    try {
      return await run({ memory: copy.bytes.buffer, offset: copy.bytes.byteOffset, length: bytes.length })
    } finally {
      copy.release()
    }
  }

  const isStored = (row: MarkedRow | undefined, size: number): boolean =>
    row?.size === size && row.length === recordLength(size) && !row.damaged && !damage.isUnreadable(row.id)

  /** Null if it was there. */
  const write = async (id: ChunkId, bytes: Uint8Array): Promise<ChunkRow | null> => {
    const kind = isStored(await find(id), bytes.length) ? 'verify' : 'store'
    state.checkWritable()
    const place = await inShared(bytes, plain => threads.run({ kind, id, plain }))
    if (!place) return null
    state.checkWritable()
    return { id, size: bytes.length, ...place }
  }

  const store = async (id: ChunkId, bytes: Uint8Array, place: UploadPlace | undefined): Promise<void> => {
    const writing = write(id, bytes)
    const placed = place ? { ...place, id } : null
    await addDurable(writing.then(row => (row || placed ? { row, placed } : null)))
    if ((await writing) === null) return
    crash('indexed')
    damage.stored(id)
    state.wrote()
  }

  const put = async (id: ChunkId, bytes: Uint8Array, place: UploadPlace | undefined): Promise<void> => {
    checkChunkSize(bytes.length)
    while (storing.has(id)) await storing.get(id)
    state.checkWritable()
    const work = holdCleanPoint()
      .then(() => store(id, bytes, place))
      .finally(() => storing.delete(id))
    storing.set(
      id,
      work.catch(() => {}),
    )
    try {
      await work
    } catch (error) {
      throw state.failed(error)
    }
  }

  const read = async (row: ChunkRow, buffer: ChunkBuffer): Promise<void> => {
    const { id, segment, offset, length } = row
    const { buffer: memory, byteOffset } = buffer.bytes
    const plain = { memory, offset: byteOffset, length: row.size }
    const task: Task = { kind: 'read', id, place: { segment, offset, length }, plain }
    await threads.run(task)
  }

  const get = async (id: ChunkId): Promise<ChunkBuffer> => {
    const row = await find(id)
    if (!row) throw new WherryError('chunk_damaged')
    const buffer = pool.allocate(row.size)
    try {
      // Once more before that counts: a bus or a network disk may fail for a moment.
      await read(row, buffer).catch(error => {
        if (isReason(error, 'chunk_damaged', 'chunk_unreadable')) return read(row, buffer)
        throw error
      })
    } catch (error) {
      buffer.release()
      throw await damage.failed(row, error)
    }
    await damage.whole(row)
    return buffer
  }

  /** A mark that stays has the next start verify what need not be. */
  const clearPoint = (): Promise<void> =>
    point.clear().catch(error => log?.warn(`The clean point could not be removed: ${error.message}`))

  const settleAndClose = async (): Promise<void> => {
    damage.stop()
    await untilSettled()
    await threads.close()
    // What a thread said last may have moved the clean point.
    await untilSettled()
    if (state.current().state !== 'readOnly') await clearPoint()
  }

  return {
    allocate: pool.allocate,
    async put(id, bytes, place) {
      checkOpen()
      await tracked(put(id, bytes, place))
    },
    async get(id) {
      checkOpen()
      return await tracked(get(id))
    },
    async has(ids) {
      checkOpen()
      const rows = [...(await index.find(ids)).values()]
      return new Set(rows.filter(row => !row.damaged).map(({ id }) => id))
    },
    health() {
      const { freeBytes, problem } = roomIn(directory)
      return {
        ...state.current(),
        unreadable: problem ?? damage.problem(),
        freeBytes,
        allocatedBytes: pool.allocatedBytes(),
      }
    },
    damagedCount: index.damagedCount,
    close: () => (closing ??= settleAndClose()),
  }
}
