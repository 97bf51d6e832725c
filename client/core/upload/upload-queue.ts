import type { WherryError } from '../../../protocol/errors.ts'
import type { TransferLink, UploadQueue } from '../api.ts'
import { subtleHashing } from '../hashing.ts'
import { createCredit } from './upload-credit.ts'
import { sayIfBack } from './upload-failed.ts'
import { createUploadFolders } from './upload-folders.ts'
import { createUploadItems, type UploadPatch, type UploadRecord } from './upload-items.ts'
import { createLargeUploads } from './upload-large.ts'
import { dateProblem, pathProblem } from './upload-names.ts'
import { adoptedRecord, isSmall, newRecord } from './upload-record.ts'
import { createSender } from './upload-sender.ts'
import { createSmallUploads } from './upload-small.ts'
import { forgetHeldFolders, makeEmptyFolder, resolveTakenFolder } from './upload-taken-folder.ts'
import type { UploadQueueOptions, UploadTools } from './upload-tools.ts'

/** Calls that carry small files at once. */
const batchesAtOnce = 4

/** Links with an open queue: two would each take the other's credit for their own, and wait for ever. */
const linksWithQueue = new WeakSet<TransferLink>()

/** Makes the upload queue of a link, which has one at a time: throws an Error while another one is not closed. */
export const createUploadQueue = (options: UploadQueueOptions): UploadQueue => {
  const { link, hashing = subtleHashing, memory = null, memoryKey = '' } = options
  if (linksWithQueue.has(link)) throw new Error('This client has an upload queue: close it first, or use it.')
  linksWithQueue.add(link)
  const items = createUploadItems()
  const credit = createCredit(link)
  const folders = createUploadFolders(link)
  const sender = createSender(link, credit)
  let isClosed = false

  const enqueue = (record: UploadRecord) => {
    if (record.running || isClosed) return
    const { name, modifiedAt } = record.shown
    const problem = pathProblem(record.path, name) ?? dateProblem(modifiedAt)
    if (problem) return items.fail(record, problem)
    if (isSmall(record)) small.add(record)
    else large.add(record)
    pump()
  }
  const requeue = (record: UploadRecord) => {
    record.wish = 'run'
    items.update(record, { state: 'queued', error: null })
    enqueue(record)
  }

  let isPumping = false
  /** After the current turn, so that files added together travel together. */
  const pump = () => {
    if (isPumping) return
    isPumping = true
    queueMicrotask(() => {
      isPumping = false
      if (isClosed) return
      small.start(batchesAtOnce)
      large.start(options.largeAtOnce ?? 3)
      if (small.isIdle && large.isIdle) credit.release()
    })
  }
  const tools: UploadTools = {
    ...{ link, hashing, memory, memoryKey, credit, sender, folders, items, requeue },
    heldFolders: new Map(),
    ended: pump,
  }
  const small = createSmallUploads(tools)
  const large = createLargeUploads(tools)

  const stopAccess = link.on('access.changed', () => void sayIfBack(tools))
  const stopState = link.onState(state => {
    if (state === 'live') void sayIfBack(tools)
    for (const record of items.pick()) {
      if (!record.running) continue
      const is = record.shown.state
      if (state === 'live' && is === 'waiting') items.update(record, { state: 'running' })
      if (state !== 'live' && is === 'running') items.update(record, { state: 'waiting' })
    }
  })

  /** Takes a row out of line, or ends its run. */
  const halt = (record: UploadRecord, wish: 'pause' | 'cancel', patch: UploadPatch) => {
    record.wish = wish
    small.remove(record)
    large.remove(record)
    record.running?.abort()
    items.update(record, patch)
  }

  const addRecord = (record: UploadRecord): string => {
    items.add(record)
    if (record.shown.state === 'queued') enqueue(record)
    return record.shown.id
  }

  return {
    get items() {
      return items.list
    },
    get totals() {
      return items.totals()
    },
    add(requests) {
      folders.forget()
      return requests.map(request => addRecord(newRecord(request)))
    },
    async makeFolders(folder, paths) {
      folders.forget()
      const problems: WherryError[] = []
      for (const path of paths) {
        const problem = pathProblem(path.slice(0, -1), path.at(-1) ?? '')
        if (problem) problems.push(problem)
        else await makeEmptyFolder(tools, folder, path)
      }
      if (problems[0]) throw problems[0]
    },
    pause(ids) {
      for (const record of items.pick(ids)) {
        const { state } = record.shown
        if (state === 'queued' || state === 'running' || state === 'waiting')
          halt(record, 'pause', { state: 'paused' })
      }
    },
    resume(ids) {
      for (const record of items.pick(ids)) if (record.shown.state === 'paused') requeue(record)
    },
    cancel(ids) {
      for (const record of items.pick(ids)) {
        const { state } = record.shown
        if (state === 'done' || state === 'cancelled') {
          items.remove(record)
          continue
        }
        halt(record, 'cancel', { state: 'cancelled', error: null })
        if (!record.running) large.cancelOnHub(record)
      }
      forgetHeldFolders(tools)
    },
    retry(ids) {
      folders.forget()
      for (const record of items.pick(ids)) if (record.shown.state === 'failed') requeue(record)
    },
    resolveClash(ids, choice) {
      for (const record of items.pick(ids)) {
        if (record.shown.state !== 'clash') continue
        if (record.shown.takenFolder !== null) {
          void resolveTakenFolder(tools, record, choice)
          continue
        }
        record.onClash = choice
        if (choice === 'skip') items.update(record, { state: 'cancelled' })
        else {
          // What the hub knows as one upload keeps its answer to clashes.
          large.cancelOnHub(record)
          items.update(record, { entry: null })
          requeue(record)
        }
      }
    },
    adopt(upload, source, onClash = upload.onClash) {
      const known = items.get(upload.id)
      return known ? known.shown.id : addRecord(adoptedRecord(upload, source, onClash))
    },
    attach(id, source) {
      const record = items.get(id)
      if (record?.shown.state !== 'detached') return
      record.source = source
      requeue(record)
    },
    onChange: items.onChange,
    whenIdle: items.whenIdle,
    close() {
      if (isClosed) return
      isClosed = true
      linksWithQueue.delete(link)
      stopState()
      stopAccess()
      for (const record of items.pick()) record.running?.abort()
      credit.close()
      items.close()
    },
  }
}
