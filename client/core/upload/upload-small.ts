import { isReason, type Reason, WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Result } from '../../../protocol/table.ts'
import { createSpare } from '../spare.ts'
import { createBatchSize, firstBytes } from './batch-size.ts'
import { digestOfFile, putFiles, type ReadFile, readFiles } from './upload-batch.ts'
import { meetClash, meetTakenFolder, setUnchanged } from './upload-clash.ts'
import { failUpload } from './upload-failed.ts'
import type { UploadRecord } from './upload-items.ts'
import { wireClash } from './upload-record.ts'
import type { UploadTools } from './upload-tools.ts'

const mostMismatches = 3

type Ready = { record: UploadRecord; file: ReadFile }

/**
 * What was large for the connection before may never get through the next one, so it is sent anew, in smaller parts. Not
 * where that could make a file twice.
 */
const isLostWhole = (files: readonly ReadFile[]): boolean =>
  files.reduce((sum, { bytes }) => sum + bytes.length, 0) > firstBytes &&
  files.every(({ onClash }) => onClash !== 'keepBoth')

/** Small files, waiting by folder and sent by the hundreds. */
export const createSmallUploads = (tools: UploadTools) => {
  const { link, items, folders } = tools
  const waiting = new Map<string, Set<UploadRecord>>()
  /** What batches are read into: fresh memory for each file costs more than reading it. */
  const spare = createSpare(() => new Uint8Array(limits.putManyBytes))
  const batchSize = createBatchSize()
  let running = 0
  /** Batches are read one after another, so that one is on its way while the next is read. */
  let reading: Promise<unknown> = Promise.resolve()

  const keyOf = ({ shown }: UploadRecord) => `${shown.folder}/${shown.path}`

  const remove = (record: UploadRecord) => {
    const group = waiting.get(keyOf(record))
    group?.delete(record)
    if (group?.size === 0) waiting.delete(keyOf(record))
  }

  /** As many as fit into one call and half of the window, so that two batches are always on their way. */
  const takeBatch = (group: Set<UploadRecord>): UploadRecord[] => {
    const windowBytes = link.hello?.limits.windowBytes ?? limits.putManyBytes
    const mostBytes = Math.min(batchSize.bytes, Math.max(limits.chunkMinBytes, windowBytes / 2))
    const batch: UploadRecord[] = []
    let bytes = 0
    for (const record of group) {
      bytes += record.shown.size
      if (batch.length >= limits.putManyFiles || (batch.length > 0 && bytes > mostBytes)) break
      batch.push(record)
    }
    for (const record of batch) remove(record)
    return batch
  }

  const start = (record: UploadRecord) => {
    record.running = new AbortController()
    items.update(record, { state: link.state === 'live' ? 'running' : 'waiting' })
  }

  const fail = (record: UploadRecord, error: unknown) => {
    if (record.wish === 'run' && !meetTakenFolder(tools, record, error)) failUpload(tools, record, error)
  }

  /** Reads the files into `memory`; those that cannot be read fail here. */
  const readBatch = async (batch: readonly UploadRecord[], memory: Uint8Array) => {
    const wanted = batch.flatMap(({ source, shown, onClash }) =>
      source ? [{ source, name: shown.name, onClash: wireClash(onClash) }] : [],
    )
    const ready: Ready[] = []
    for (const [index, file] of (await readFiles(wanted, memory, tools.hashing.sha256)).entries()) {
      const record = batch[index]
      if (!record) continue
      if (file instanceof Error) fail(record, file)
      else if (record.wish === 'run') ready.push({ record, file })
    }
    return ready
  }

  const settle = async (
    folder: string,
    { record, file }: Ready,
    result: Result<'upload.putMany'>['results'][number],
  ) => {
    const { length } = file.bytes
    if (result.ok) {
      const { entry, unchanged } = result
      items.update(record, { state: 'done', entry, unchanged, storedBytes: length, checkedBytes: length })
      return
    }
    await refused(folder, record, file, new WherryError(result.reason, result.message))
  }

  const refused = async (folder: string, record: UploadRecord, file: ReadFile, error: WherryError) => {
    const again: Reason = 'chunk_mismatch'
    if (error.reason === again && ++record.mismatches < mostMismatches && record.wish === 'run')
      return retries.add(record)
    if (error.reason !== 'name_taken') return fail(record, error)
    const digest = await digestOfFile(file, tools.hashing.sha256)
    meetClash(tools, record, await folders.find(folder, file.name), digest, error)
  }
  /** Put in line again when their batch is over. */
  const retries = new Set<UploadRecord>()
  /** Their batch broke with its connection: the hub may have them, or not. */
  const unsure = new WeakSet<UploadRecord>()

  /** Settles those that are there already, and answers the others: bytes that the hub has do not travel. */
  const passPresent = async (folder: string, ready: Ready[]): Promise<Ready[]> => {
    const isNew = folders.isNew(folder) && !ready.some(({ record }) => unsure.has(record))
    if (ready.length === 0 || isNew) return ready
    const files = ready.map(({ file: { name, hash, bytes } }) => ({ name, hash, size: bytes.length }))
    const { entries, total } = await link.call('upload.findMany', { folder, files })
    if (total === 0) folders.setNew(folder)
    return ready.filter(({ record, file }, index) => {
      const there = file.onClash === 'keepBoth' ? null : entries[index]
      if (record.wish === 'run' && there) setUnchanged(tools, record, there)
      return record.wish === 'run' && !there
    })
  }

  const run = async (batch: readonly UploadRecord[]) => {
    const [first] = batch
    if (!first) return
    const folder = await folders.ensure(first.shown.folder, first.path)
    const memory = spare.take()
    try {
      const ready = reading.then(() => readBatch(batch, memory))
      reading = ready.catch(() => {})
      await upload(folder, await ready)
    } finally {
      spare.keep(memory)
    }
  }

  const upload = async (folder: string, read: Ready[]) => {
    const ready = await passPresent(folder, read)
    if (ready.length === 0) return
    const files = ready.map(({ file }) => file)
    const sent = (index: number) => {
      const { record, file } = ready[index] ?? {}
      if (record && file) items.update(record, { sentBytes: record.shown.sentBytes + file.bytes.length })
    }
    const results = await putFiles(tools, folder, files, { sent, took: batchSize.took }, isLostWhole(files))
    const clashes: Promise<void>[] = []
    for (const [index, result] of results.entries()) {
      const one = ready[index]
      if (one) clashes.push(settle(folder, one, result))
    }
    await Promise.all(clashes)
  }

  const failBatch = (batch: readonly UploadRecord[], error: unknown) => {
    const isLost = isReason(error, 'disconnected')
    if (isLost) batchSize.lost()
    for (const record of batch) {
      if (!isLost) fail(record, error)
      else if (record.wish === 'run') retries.add(record)
      unsure.add(record)
    }
  }

  const end = (batch: readonly UploadRecord[]) => {
    running--
    for (const record of batch) {
      record.running = null
      // Resumed while its last run was still ending.
      if (record.shown.state === 'queued' || retries.delete(record)) tools.requeue(record)
    }
    tools.ended()
  }

  return {
    add(record: UploadRecord): void {
      const key = keyOf(record)
      waiting.set(key, (waiting.get(key) ?? new Set()).add(record))
    },
    remove,
    get isIdle(): boolean {
      return running === 0 && waiting.size === 0
    },
    start(atOnce: number): void {
      for (const [key, group] of waiting) {
        while (running < atOnce && group.size > 0) {
          const batch = takeBatch(group)
          running++
          for (const record of batch) start(record)
          run(batch)
            .catch(error => failBatch(batch, error))
            .finally(() => end(batch))
        }
        if (group.size === 0) waiting.delete(key)
        if (running >= atOnce) return
      }
    },
  }
}
