import { isReason, WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Result } from '../../../protocol/table.ts'
import type { Entry } from '../../../protocol/values.ts'
import { createSpare } from '../spare.ts'
import { createTurns } from '../turns.ts'
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
 * What broke with its connection is sent anew, in smaller parts and without what the hub has of it. Not where that could make
 * a file twice: such a batch is repeated as it is, so it is never large.
 */
const hasToRepeat = ({ onClash }: { onClash: string }): boolean => onClash === 'keepBoth'

const isWanted = ({ wish, running }: UploadRecord): boolean =>
  wish === 'run' && running?.signal.aborted === false

/** Small files, waiting by folder and sent by the hundreds. */
export const createSmallUploads = (tools: UploadTools) => {
  const { link, items, folders } = tools
  const waiting = new Map<string, Set<UploadRecord>>()
  /** What batches are read into: fresh memory for each file costs more than reading it. */
  const spare = createSpare(() => new Uint8Array(limits.putManyBytes))
  const batchSize = createBatchSize()
  let running = 0
  /** One is on its way while the next is read. */
  const reading = createTurns()
  const sending = createTurns()

  const keyOf = ({ shown }: UploadRecord) => `${shown.folder}/${shown.path}`

  const remove = (record: UploadRecord) => {
    const group = waiting.get(keyOf(record))
    group?.delete(record)
    if (group?.size === 0) waiting.delete(keyOf(record))
  }

  /** As many as fit into one call and half of the window, so that two batches are always on their way. */
  const takeBatch = (group: Set<UploadRecord>): UploadRecord[] => {
    const windowBytes = link.hello?.limits.windowBytes ?? limits.putManyBytes
    let mostBytes = Math.min(batchSize.bytes, Math.max(limits.chunkMinBytes, windowBytes / 2))
    const batch: UploadRecord[] = []
    let bytes = 0
    for (const record of group) {
      bytes += record.shown.size
      if (hasToRepeat(record)) mostBytes = Math.min(mostBytes, firstBytes)
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
    if (isWanted(record) && !meetTakenFolder(tools, record, error)) failUpload(tools, record, error)
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
      else if (isWanted(record)) ready.push({ record, file })
    }
    return ready
  }

  /** What was sent before its answer was lost is not told as what the hub had by itself. */
  const setDone = (record: UploadRecord, entry: Entry, isThere: boolean) => {
    const { size } = record.shown
    const unchanged = isThere && !unsure.has(record)
    items.update(record, { state: 'done', entry, unchanged, storedBytes: size, checkedBytes: size })
  }

  const settle = async (
    folder: string,
    { record, file }: Ready,
    result: Result<'upload.putMany'>['results'][number],
  ) => {
    if (result.ok) return setDone(record, result.entry, result.unchanged)
    await refused(folder, record, file, new WherryError(result.reason, result.message))
  }

  const refused = async (folder: string, record: UploadRecord, file: ReadFile, error: WherryError) => {
    if (!isWanted(record)) return
    if (error.reason === 'chunk_mismatch' && ++record.mismatches < mostMismatches) return again(record)
    if (error.reason !== 'name_taken') return fail(record, error)
    const digest = await digestOfFile(file, tools.hashing.sha256)
    meetClash(tools, record, await folders.find(folder, file.name), digest, error)
  }
  /** It is put in line when its batch is over. */
  const again = (record: UploadRecord) => items.update(record, { state: 'queued' })
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
      const there = hasToRepeat(file) ? null : entries[index]
      if (isWanted(record) && there) {
        if (unsure.has(record)) setDone(record, there, false)
        else setUnchanged(tools, record, there)
      }
      return isWanted(record) && !there
    })
  }

  const run = async (batch: readonly UploadRecord[]) => {
    const [first] = batch
    if (!first) return
    const folder = await folders.ensure(first.shown.folder, first.path)
    const memory = spare.take()
    try {
      await upload(folder, await reading(() => readBatch(batch, memory)))
    } finally {
      spare.keep(memory)
    }
  }

  const upload = async (folder: string, read: Ready[]) => {
    const ready = await passPresent(folder, read)
    if (ready.length === 0) return
    const files = ready.map(({ file }) => file)
    const results = await putFiles(tools, folder, files, {
      sending,
      repeats: files.some(hasToRepeat),
      isWanted(index) {
        const one = ready[index]
        return one !== undefined && isWanted(one.record)
      },
      onSent(index) {
        const { record, file } = ready[index] ?? {}
        if (record && file) items.update(record, { sentBytes: record.shown.sentBytes + file.bytes.length })
      },
      onTook: batchSize.took,
    })
    const clashes: Promise<void>[] = []
    for (const [index, result] of results.entries()) {
      const one = ready[index]
      if (one) clashes.push(settle(folder, one, result))
    }
    await Promise.all(clashes)
  }

  const failBatch = (batch: readonly UploadRecord[], error: unknown) => {
    if (!isReason(error, 'disconnected', 'closing')) {
      for (const record of batch) fail(record, error)
      return
    }
    batchSize.lost()
    for (const record of batch) {
      unsure.add(record)
      if (isWanted(record)) again(record)
    }
  }

  const end = (batch: readonly UploadRecord[]) => {
    running--
    for (const record of batch) {
      record.running = null
      // To be sent anew, or resumed while its last run was still ending.
      if (record.shown.state === 'queued') tools.requeue(record)
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
    start(most: number): void {
      const atOnce = Math.min(most, batchSize.mostAtOnce)
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
