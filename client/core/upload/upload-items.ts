import type { WherryError } from '../../../protocol/errors.ts'
import type { Source, Stop, UploadItem, UploadRequest, UploadState, UploadTotals } from '../api.ts'
import { createListeners } from '../listeners.ts'
import { noTotals } from './no-totals.ts'
import type { FileUpload } from './upload-file.ts'

/** A row of the queue: what is shown of it, and what it works with. */
export type UploadRecord = {
  shown: UploadItem
  source: Source | null
  path: readonly string[]
  onClash: UploadRequest['onClash']
  /** The hub knows its upload. */
  isOpen: boolean
  /** Where it is now, of a large file that was begun. */
  file: FileUpload | null
  /** Ends the run that is under way; null when none is. */
  running: AbortController | null
  wish: 'run' | 'pause' | 'cancel'
  /** Damaged on the way so many times. */
  mismatches: number
}

export type UploadPatch = Partial<Omit<UploadItem, 'id'>>

const progressEveryMs = 250
const busyStates: readonly UploadState[] = ['queued', 'running', 'waiting']

/** The rows of an upload queue, their totals, and who is told of changes. */
export const createUploadItems = () => {
  const records = new Map<string, UploadRecord>()
  const listeners = createListeners<void>()
  const totals: UploadTotals = { ...noTotals }
  let list: readonly UploadItem[] | null = null
  let busy = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let isSoon = false
  const idle: (() => void)[] = []

  const tell = () => {
    isSoon = false
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (busy === 0) for (const resolve of idle.splice(0)) resolve()
    listeners.emit()
  }

  const changed = (isState: boolean) => {
    list = null
    if (isState && !isSoon) {
      isSoon = true
      queueMicrotask(tell)
    }
    if (!isState && !isSoon) timer ??= setTimeout(tell, progressEveryMs)
  }

  /** Adds (or with -1 takes away) what a row is worth. */
  const count = (item: UploadItem, sign: 1 | -1) => {
    if (busyStates.includes(item.state)) busy += sign
    totals.sentBytes += sign * item.sentBytes
    if (item.state === 'cancelled') return
    totals.files += sign
    if (item.state === 'done') totals.doneFiles += sign
    if (item.state === 'failed') totals.failedFiles += sign
    totals.bytes += sign * item.size
    totals.storedBytes += sign * item.storedBytes
    totals.reusedBytes += sign * item.reusedBytes
    totals.comingBytes += sign * item.comingBytes
  }

  return {
    get list(): readonly UploadItem[] {
      list ??= Array.from(records.values(), record => record.shown)
      return list
    },
    totals: (): UploadTotals => ({ ...totals }),
    get: (id: string): UploadRecord | undefined => records.get(id),
    /** The named rows, or all. */
    pick: (ids?: readonly string[]): UploadRecord[] =>
      ids ? ids.flatMap(id => records.get(id) ?? []) : [...records.values()],
    add(record: UploadRecord): void {
      records.set(record.shown.id, record)
      count(record.shown, 1)
      changed(true)
    },
    update(record: UploadRecord, patch: UploadPatch): void {
      const before = record.shown
      record.shown = { ...before, ...patch }
      if (records.get(before.id) !== record) return
      count(before, -1)
      count(record.shown, 1)
      changed(before.state !== record.shown.state)
    },
    fail(record: UploadRecord, error: WherryError): void {
      this.update(record, { state: 'failed', error })
    },
    remove(record: UploadRecord): void {
      if (!records.delete(record.shown.id)) return
      count(record.shown, -1)
      changed(true)
    },
    onChange: (listener: () => void): Stop => listeners.add(listener),
    whenIdle: (): Promise<void> =>
      busy === 0 ? Promise.resolve() : new Promise<void>(resolve => idle.push(resolve)),
    close(): void {
      if (timer !== null) clearTimeout(timer)
      timer = null
      listeners.clear()
    },
  }
}

export type UploadItems = ReturnType<typeof createUploadItems>
