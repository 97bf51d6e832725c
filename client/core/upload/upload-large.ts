import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Chunking, Entry } from '../../../protocol/values.ts'
import type { RememberedFile, Source } from '../api.ts'
import { newId } from '../new-id.ts'
import { createChunker } from './chunker.ts'
import { damagedFiles } from './damaged-files.ts'
import { gearTable } from './gear.ts'
import { sourceDigest } from './source-digest.ts'
import { meetClash, meetTakenFolder } from './upload-clash.ts'
import { failUpload } from './upload-failed.ts'
import { createFileUpload, type FileUpload } from './upload-file.ts'
import type { UploadRecord } from './upload-items.ts'
import { wireClash } from './upload-record.ts'
import type { UploadTools } from './upload-tools.ts'

/** Files that are cut into chunks, a few at once. */
export const createLargeUploads = (tools: UploadTools) => {
  const { link, items, folders, memory } = tools
  const waiting = new Set<UploadRecord>()
  /** Those that the hub has still to store and to commit: they take neither memory nor the line. */
  const settling = new Set<UploadRecord>()
  let running = 0
  let gear: { seed: string; table: Promise<Int32Array> } | null = null

  const chunkerFor = async (chunking: Chunking) => {
    if (gear?.seed !== chunking.seed)
      gear = { seed: chunking.seed, table: gearTable(chunking.seed, tools.hashing.sha256) }
    return createChunker(await gear.table, chunking, tools.hashing.makeSearch)
  }

  const memoryKey = (source: Source) => `${tools.memoryKey} ${source.identity}`

  /** What is remembered of this very file, if it has not changed since. */
  const recall = async (source: Source): Promise<RememberedFile | null> => {
    if (!memory || source.identity === null) return null
    const known = await memory.get(memoryKey(source)).catch(() => null)
    if (known?.size !== source.size || known.modifiedAt !== source.modifiedAt) return null
    return known.changedAt === source.changedAt ? known : null
  }

  const remember = async (file: FileUpload, source: Source, digest: string | null): Promise<void> => {
    if (!memory || source.identity === null || digest === null) return
    const { size, modifiedAt, changedAt } = source
    const chunks = file.chunks()
    // It only saves work the next time.
    await memory.set(memoryKey(source), { size, modifiedAt, changedAt, digest, chunks }).catch(() => {})
  }

  /** A file that the hub has unfinished and that is added again, instead of chosen for its row, goes on all the same. */
  const takeOver = (record: UploadRecord, folder: string) => {
    const { name, size, modifiedAt } = record.shown
    const earlier = items.pick().find(({ shown, onClash }) => {
      const isThere = shown.state === 'detached' && shown.folder === folder && shown.name === name
      const isSame = shown.size === size && shown.modifiedAt === modifiedAt
      return isThere && isSame && wireClash(onClash) === wireClash(record.onClash)
    })
    if (!earlier) return
    items.remove(earlier)
    items.update(record, { upload: earlier.shown.upload })
    record.isOpen = true
  }

  const begin = async (record: UploadRecord, source: Source, known: RememberedFile | null) => {
    await link.whenState('live')
    if (!link.hello) throw new WherryError('disconnected')
    const folder = await folders.ensure(record.shown.folder, record.path)
    if (!record.isOpen) takeOver(record, folder)
    return createFileUpload({
      ...{ link, sender: tools.sender, hashing: tools.hashing, source },
      ...{ upload: record.shown.upload, isOpen: record.isOpen, remembered: known?.chunks },
      chunker: await chunkerFor(link.hello.chunking),
      target: { folder, name: record.shown.name, onClash: wireClash(record.onClash) },
      onProgress: progress => items.update(record, progress),
      onAnew: upload => items.update(record, { upload }),
      onSent() {
        if (settling.has(record)) return
        settling.add(record)
        tools.ended()
      },
    })
  }

  /** The hub forgets the upload; what follows under this row is another one. */
  const cancelOnHub = (record: UploadRecord) => {
    const { file } = record
    const { upload } = record.shown
    const cancelling = file ? file.cancel() : record.isOpen && link.call('upload.cancel', { upload })
    // It expires by itself where this fails.
    if (cancelling) cancelling.catch(() => {})
    record.file = null
    record.isOpen = false
    items.update(record, { upload: newId() })
  }

  /** The digest of a file whose name is taken by one of the same size: perhaps it is that very file. */
  const digestIfAlike = async ({ source, running }: UploadRecord, entry: Entry | null) => {
    if (!source || !running || !link.hello || entry?.kind !== 'file' || entry.size !== source.size)
      return null
    return sourceDigest(source, await chunkerFor(link.hello.chunking), tools.hashing, running.signal)
  }

  const isDamaged = async ({ id, folder }: Entry): Promise<boolean> =>
    folder !== null && (await damagedFiles(link, folder)).has(id)

  /** The hub has this very file with damage: it is sent as a next version, of which only what is damaged travels. */
  const heal = (record: UploadRecord) => {
    cancelOnHub(record)
    record.onClash = 'replace'
    items.update(record, { state: 'queued' })
  }

  const failed = async (record: UploadRecord, error: unknown, known: RememberedFile | null) => {
    const isStopped = () => record.wish === 'cancel' || record.running?.signal.aborted
    if (!isStopped() && meetTakenFolder(tools, record, error)) return
    if (isReason(error, 'name_taken') && !isStopped()) {
      const entry = (error.details.entry as Entry | undefined) ?? null
      const digest = known?.digest ?? (await digestIfAlike(record, entry))
      const heals = entry !== null && entry.digest === digest && (await isDamaged(entry))
      if (!isStopped()) return heals ? heal(record) : meetClash(tools, record, entry, digest, error)
    }
    if (record.wish === 'cancel') return cancelOnHub(record)
    // Stopped; resumed already or not.
    if (record.running?.signal.aborted) return
    const isConflict = isReason(error, 'conflict')
    if (isConflict) cancelOnHub(record)
    if (isConflict && error.details.otherFile === true) items.update(record, { state: 'queued' })
    else failUpload(tools, record, error)
  }

  const run = async (record: UploadRecord, signal: AbortSignal) => {
    const { source } = record
    if (!source) return
    const known = await recall(source)
    try {
      record.file ??= await begin(record, source, known)
      const result = await record.file.run(signal)
      await remember(record.file, source, result.entry.digest)
      record.file = null
      items.update(record, { state: 'done', ...result, error: null })
    } catch (error) {
      await failed(record, error, known)
    } finally {
      await source.close?.()
    }
  }

  const start = (record: UploadRecord) => {
    const controller = new AbortController()
    record.running = controller
    running++
    items.update(record, { state: link.state === 'live' ? 'running' : 'waiting' })
    run(record, controller.signal)
      .catch(error => failUpload(tools, record, error))
      .finally(() => {
        running--
        settling.delete(record)
        record.running = null
        // Resumed while its last run was still ending, or to be sent as another upload.
        if (record.shown.state === 'queued') tools.requeue(record)
        tools.ended()
      })
  }

  return {
    add: (record: UploadRecord): void => void waiting.add(record),
    remove: (record: UploadRecord): void => void waiting.delete(record),
    cancelOnHub,
    get isIdle(): boolean {
      return running === 0 && waiting.size === 0
    },
    start(atOnce: number): void {
      for (const record of waiting) {
        if (running - settling.size >= atOnce || running >= 2 * atOnce) return
        waiting.delete(record)
        start(record)
      }
    },
  }
}
