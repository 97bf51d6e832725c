import { join } from 'node:path'
import { limits } from '../../protocol/limits.ts'
import type { ChunkPlace } from './chunk-store.ts'
import type { Crash } from './crash.ts'
import { recordLength, segmentFileName, segmentMaxBytes } from './record.ts'
import type { SegmentFiles } from './segment-files.ts'
import { systemCode } from './small-files.ts'

type Segment = { number: number; fd: number; end: number; unsynced: number; retired: boolean }
type Appended = { ticket: number; place: ChunkPlace; segment: Segment }

export type SegmentWriterOptions = {
  directory: string
  files: SegmentFiles
  nextNumber: () => number
  /** A segment is about to be begun: what this writer appends from now on is in it or in later ones. */
  onOpened: (segment: number) => void
  onDurable: (records: readonly { ticket: number; place: ChunkPlace }[]) => void
  /** `broken`: a write or sync failed; nothing is written or promised any more. */
  onFailed: (tickets: readonly number[], failure: 'full' | 'broken', cause: unknown) => void
  crash: Crash
}

/** Appends records to one segment after the other. Each pushed ticket ends in onDurable or in onFailed. */
export type SegmentWriter = {
  /** Room for a record of `length` bytes, to be filled at once and then pushed. */
  room(length: number): Uint8Array
  push(ticket: number, length: number): void
  /** Writes what was pushed and has it synced together with all that is written meanwhile. */
  flush(): void
  /** Resolves when everything pushed is settled and the files are closed. */
  close(): Promise<void>
}

/** Records are gathered up to this many bytes and written as one; a larger record goes alone. */
const gatherBytes = 1024 * 1024

export const segmentWriter = (options: SegmentWriterOptions): SegmentWriter => {
  const { directory, files, crash } = options
  const buffer = new Uint8Array(recordLength(limits.chunkMaxBytes))
  let waiting: { ticket: number; length: number }[] = []
  let used = 0
  let current: Segment | null = null
  let appended: Appended[] = []
  let broken: { cause: unknown } | null = null
  let syncing: Promise<void> | null = null

  const breakDown = (tickets: readonly number[], cause: unknown): void => {
    broken = { cause }
    options.onFailed(tickets, 'broken', cause)
  }

  const closeIfDone = (segment: Segment): void => {
    if (segment.retired && segment.unsynced === 0) files.close(segment.fd)
  }

  const begin = (): Segment => {
    const number = options.nextNumber()
    options.onOpened(number)
    const fd = files.create(join(directory, segmentFileName(number)))
    files.syncDirectory(directory)
    return { number, fd, end: 0, unsynced: 0, retired: false }
  }

  const segmentForWaiting = (): Segment => {
    if (current && current.end + used > segmentMaxBytes) {
      current.retired = true
      closeIfDone(current)
      current = null
    }
    current ??= begin()
    return current
  }

  const writeWaiting = (segment: Segment): void => {
    crash('partial', () => files.write(segment.fd, buffer.subarray(0, used / 2), segment.end))
    for (let at = 0; at < used; ) at += files.write(segment.fd, buffer.subarray(at, used), segment.end + at)
    crash('appended')
  }

  /** Gives the room of a half-written tail back. */
  const truncateTail = (): void => {
    try {
      if (current) files.truncate(current.fd, current.end)
    } catch {
      // What lies behind the end is overwritten by the next write, or never read.
    }
  }

  /** Room may come back, so a full disk breaks nothing: the next write begins where this one did. */
  const writeFailed = (cause: unknown): void => {
    const tickets = waiting.map(({ ticket }) => ticket)
    const code = systemCode(cause)
    if (code !== 'ENOSPC' && code !== 'EDQUOT') breakDown(tickets, cause)
    else {
      truncateTail()
      options.onFailed(tickets, 'full', cause)
    }
  }

  const syncBatch = async (): Promise<void> => {
    const batch = appended
    const segments = new Set(batch.map(({ segment }) => segment))
    appended = []
    await Promise.all([...segments].map(segment => files.sync(segment.fd))).then(
      () => {
        crash('synced')
        options.onDurable(batch)
      },
      cause => {
        breakDown(
          [...batch, ...appended].map(({ ticket }) => ticket),
          cause,
        )
        appended = []
      },
    )
    for (const { segment } of batch) segment.unsynced--
    for (const segment of segments) closeIfDone(segment)
  }

  const syncAll = async (): Promise<void> => {
    while (appended.length > 0) await syncBatch()
    syncing = null
  }

  const flush = (): void => {
    if (waiting.length === 0) return
    try {
      if (broken) throw broken.cause
      const segment = segmentForWaiting()
      writeWaiting(segment)
      for (const { ticket, length } of waiting) {
        appended.push({ ticket, segment, place: { segment: segment.number, offset: segment.end, length } })
        segment.end += length
        segment.unsynced++
      }
      syncing ??= syncAll()
    } catch (cause) {
      writeFailed(cause)
    }
    waiting = []
    used = 0
  }

  return {
    room(length) {
      if (used > 0 && used + length > gatherBytes) flush()
      return buffer.subarray(used, used + length)
    },
    push(ticket, length) {
      waiting.push({ ticket, length })
      used += length
    },
    flush,
    async close() {
      flush()
      while (syncing) await syncing
      if (current) files.close(current.fd)
      current = null
    },
  }
}
