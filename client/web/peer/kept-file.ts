import { chunkBytes } from '../../core/peer/api.ts'
import { encodeHeader, encodeRecord, type JournalHeader, readJournal } from './journal.ts'
import { runningCrc } from './running-crc.ts'

/** Workers have it, and TypeScript's types of a page do not. */
export type SyncFile = {
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  getSize(): number
  flush(): void
  close(): void
}

export type KeptFile = {
  readonly restored: Map<number, string>
  /** Resolves when the chunk is durable. */
  write(index: number, bytes: Uint8Array, hash: string): Promise<void>
  /** Answers the CRC-32 of the whole file, or 0 where nobody asks for it. */
  finish(): number
  /** What was written and not yet flushed is flushed first. */
  close(): void
}

/** What waits for one flush together: it costs the same for one chunk as for eight. */
const batchBytes = 8 * 1024 * 1024
/** Chunks come faster than this where a flush pays at all. */
const batchMs = 15

type Waiting = { record: Uint8Array; length: number; resolve(): void; reject(error: unknown): void }

/** Writes the chunks of one file, each durable and noted in the journal before its write resolves. `isSummed`: with a CRC-32. */
export const keepFile = (
  data: SyncFile,
  journal: SyncFile,
  header: JournalHeader,
  isSummed = true,
): KeptFile => {
  const { restored, length } = restore(data, journal, header)
  const crc = isSummed ? runningCrc() : null
  let journalEnd = length
  let waiting: Waiting[] = []
  let waitingBytes = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = () => {
    clearTimeout(timer)
    const batch = waiting
    waiting = []
    waitingBytes = 0
    if (batch.length === 0) return
    try {
      data.flush()
      for (const { record } of batch) {
        writeAll(journal, record, journalEnd)
        journalEnd += record.length
      }
      journal.flush()
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return
    }
    for (const { resolve } of batch) resolve()
  }

  return {
    restored,
    write(index, bytes, hash) {
      return new Promise((resolve, reject) => {
        writeAll(data, bytes, index * chunkBytes)
        crc?.wrote(bytes, index * chunkBytes)
        waiting.push({ record: encodeRecord(index, hash), length: bytes.length, resolve, reject })
        waitingBytes += bytes.length
        clearTimeout(timer)
        if (waitingBytes >= batchBytes) flush()
        else timer = setTimeout(flush, batchMs)
      })
    },
    finish() {
      flush()
      return crc?.finish(data, header.size) ?? 0
    },
    close() {
      flush()
      data.close()
      journal.close()
    },
  }
}

const restore = (data: SyncFile, journal: SyncFile, header: JournalHeader) => {
  const bytes = new Uint8Array(journal.getSize())
  journal.read(bytes, { at: 0 })
  const found = readJournal(bytes, header)
  if (found) {
    journal.truncate(found.length)
    return { restored: found.chunks, length: found.length }
  }
  data.truncate(0)
  journal.truncate(0)
  const start = encodeHeader(header)
  writeAll(journal, start, 0)
  return { restored: new Map<number, string>(), length: start.length }
}

const writeAll = (file: SyncFile, bytes: Uint8Array, at: number): void => {
  // Browsers may write less than asked for on a full disk, without a word.
  if (file.write(bytes, { at }) !== bytes.length)
    throw new DOMException('The disk is full.', 'QuotaExceededError')
}
