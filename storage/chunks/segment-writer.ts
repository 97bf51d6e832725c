import { join } from 'node:path'
import type { ChunkPlace } from './chunk-store.ts'
import type { Crash } from './crash.ts'
import { type Failure, failureOf, hasTooManyFiles } from './failures.ts'
import { segmentFileName, segmentMaxBytes } from './record.ts'
import { blockBytes, type SegmentFiles } from './segment-files.ts'
import { blocksOf, bytesOf, endOf, layOut, newArea, tailOf, type WriteArea } from './write-area.ts'

/** `end`: behind its last written record. `unsettled`: records that are being written or synced. */
type Segment = { number: number; fd: number; end: number; unsettled: number; retired: boolean }
type Waiting = { ticket: number; offset: number; length: number }
type Appended = { ticket: number; place: ChunkPlace; segment: Segment }

export type SegmentWriterOptions = {
  directory: string
  files: SegmentFiles
  nextNumber: () => number
  /** A segment is about to be begun: what this writer appends from now on is in it or in later ones. */
  onOpened: (segment: number) => void
  onDurable: (records: readonly { ticket: number; place: ChunkPlace }[]) => void
  /** `broken`: a write or sync failed; nothing is written or promised any more. */
  onFailed: (tickets: readonly number[], failure: Failure, cause: unknown) => void
  /** There is room again after there was none. */
  onRoom: () => void
  crash: Crash
}

/**
 * Appends records to one segment after the other: what is pushed while one write is under way goes into the next. Each
 * pushed ticket ends in onDurable or in onFailed.
 */
export type SegmentWriter = {
  /** False while all memory is on its way to the disk. */
  hasRoom(length: number): boolean
  /** Room for a record of `length` bytes, to be filled at once and then pushed. */
  room(length: number): Uint8Array
  push(ticket: number, length: number): void
  /** Writes what was pushed and has it synced together with all that is written meanwhile. */
  flush(): void
  /** Resolves when everything pushed is settled and the files are closed. */
  close(): Promise<void>
}

/** Records are gathered up to this many bytes, or while a write is under way, and written as one. */
const gatherBytes = 1024 * 1024
const nothing = new Uint8Array(0)

export const segmentWriter = (options: SegmentWriterOptions): SegmentWriter => {
  const { directory, files, crash } = options
  let filling = newArea<Waiting>()
  let spare = newArea<Waiting>()
  let current: Segment | null = null
  let appended: Appended[] = []
  let broken: { cause: unknown } | null = null
  let writing: Promise<void> | null = null
  let syncing: Promise<void> | null = null
  let isFull = false

  const closeIfDone = (segment: Segment): void => {
    if (!segment.retired || segment.unsettled > 0) return
    giveBackTail(segment)
    files.close(segment.fd)
  }

  /** Cuts off what lies behind the last record: zeros to the end of a block, or half a write. */
  const giveBackTail = (segment: Segment): void => {
    try {
      files.truncate(segment.fd, segment.end)
    } catch {
      // It is overwritten by the next write, or never read.
    }
  }

  const retire = (segment: Segment): void => {
    segment.retired = true
    closeIfDone(segment)
  }

  const begin = (): Segment => {
    const number = options.nextNumber()
    options.onOpened(number)
    const fd = files.create(join(directory, segmentFileName(number)))
    try {
      files.syncDirectory(directory)
    } catch (cause) {
      // A failed sync is not tried again. Where the directory could not be opened, there was none.
      if (!hasTooManyFiles(cause)) broken = { cause }
      files.close(fd)
      throw cause
    }
    return { number, fd, end: 0, unsettled: 0, retired: false }
  }

  const settled = (records: readonly { segment: Segment }[]): void => {
    for (const { segment } of records) segment.unsettled--
    for (const segment of segmentsOf(records)) closeIfDone(segment)
  }

  const breakDown = (tickets: readonly number[], cause: unknown): void => {
    broken = { cause }
    options.onFailed(tickets, 'broken', cause)
  }

  /** The next write begins where this one did, and what was to follow it fails with it: but not in another segment. */
  const takeBack = (area: WriteArea<Waiting>, segment: Segment | null): Waiting[] => {
    if (segment?.retired) return area.records
    const failed = area === filling ? area.records : [...area.records, ...filling.records]
    layOut(filling, area.position + area.kept, area.memory.subarray(0, area.kept))
    return failed
  }

  /** Room may come back, files may be closed: a full disk breaks nothing. */
  const writeFailed = (area: WriteArea<Waiting>, segment: Segment | null, cause: unknown): void => {
    const tickets = takeBack(area, segment).map(({ ticket }) => ticket)
    const failure = broken ? 'broken' : failureOf(cause)
    if (failure === 'broken') breakDown(tickets, cause)
    else options.onFailed(tickets, failure, cause)
  }

  const syncBatch = async (): Promise<void> => {
    const batch = appended
    appended = []
    await Promise.all(segmentsOf(batch).map(({ fd }) => files.sync(fd))).then(
      () => {
        crash('synced')
        options.onDurable(batch)
      },
      cause => {
        breakDown(
          [...batch, ...appended].map(({ ticket }) => ticket),
          cause,
        )
        settled(appended)
        appended = []
      },
    )
    settled(batch)
  }

  const syncAll = async (): Promise<void> => {
    while (appended.length > 0) await syncBatch()
    syncing = null
  }

  const writeBlocks = async (segment: Segment, area: WriteArea<Waiting>): Promise<void> => {
    const blocks = blocksOf(area)
    await crash('partial', () => files.write(segment.fd, firstHalf(blocks), area.position))
    for (let at = 0; at < blocks.length; ) {
      const count = await files.write(segment.fd, blocks.subarray(at), area.position + at)
      // Where not even one block fits, another try would end the same.
      if (count < blockBytes) throw noRoom()
      at += count - (count % blockBytes)
    }
    crash('appended')
  }

  const write = async (segment: Segment, area: WriteArea<Waiting>): Promise<void> => {
    segment.unsettled += area.records.length
    const records = area.records.map(({ ticket, offset, length }) => ({
      ticket,
      segment,
      place: { segment: segment.number, offset, length },
    }))
    try {
      await writeBlocks(segment, area)
      if (broken) throw broken.cause
      segment.end = endOf(area)
      appended.push(...records)
      syncing ??= syncAll()
    } catch (cause) {
      giveBackTail(segment)
      writeFailed(area, segment, cause)
      settled(records)
    }
    writing = null
    spare = area
    flush()
    if (!isFull) return
    // Before it is told: who hears of it may fill the room at once.
    isFull = false
    options.onRoom()
  }

  const flush = (): void => {
    if (writing || filling.records.length === 0) return
    const area = filling
    try {
      if (broken) throw broken.cause
      current ??= begin()
    } catch (cause) {
      writeFailed(area, current, cause)
      return
    }
    filling = spare
    layOut(filling, endOf(area), tailOf(area))
    writing = write(current, area)
  }

  const fits = (length: number): boolean => {
    if (endOf(filling) + length > segmentMaxBytes) return false
    const most = writing ? filling.memory.length - filling.kept : gatherBytes
    return bytesOf(filling) + length <= most
  }

  return {
    hasRoom(length) {
      if (filling.records.length > 0 && !fits(length)) flush()
      isFull = filling.records.length > 0 && !fits(length)
      return !isFull
    },
    room(length) {
      if (current && endOf(filling) + length > segmentMaxBytes) {
        retire(current)
        current = null
        layOut(filling, 0, nothing)
      }
      return filling.memory.subarray(filling.used, filling.used + length)
    },
    push(ticket, length) {
      filling.records.push({ ticket, offset: endOf(filling), length })
      filling.used += length
    },
    flush,
    async close() {
      flush()
      while (writing || syncing) await (writing ?? syncing)
      if (current) retire(current)
      current = null
    },
  }
}

const segmentsOf = (records: readonly { segment: Segment }[]): Segment[] => [
  ...new Set(records.map(({ segment }) => segment)),
]

const noRoom = (): Error =>
  Object.assign(new Error('ENOSPC: the file system took less than a block'), { code: 'ENOSPC' })

const firstHalf = (blocks: Uint8Array): Uint8Array =>
  blocks.subarray(0, blockBytes * Math.floor(blocks.length / blockBytes / 2))
