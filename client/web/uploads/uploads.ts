import type { Entry } from '../../../protocol/values.ts'
import type { Stop, UploadTotals } from '../../core/api.ts'
import { createListeners } from '../../core/listeners.ts'
import { newId } from '../../core/new-id.ts'
import { createSpeedometer, type Speedometer } from '../../core/speedometer.ts'
import { createStallWatch } from '../../core/stall.ts'
import { arrivedBytes, isUnderWay, movingFigures } from '../../core/upload/motion.ts'
import { noTotals } from '../../core/upload/no-totals.ts'
import { startWorker } from '../app/own-worker.ts'
import type { ChosenFile, ClashChoice, FromWorker, ShownSave, ShownUpload, ToWorker } from './messages.ts'
import { askReadPermission, rememberedFiles } from './remembered-files.ts'
import { isActive, needsFile } from './tray-order.ts'

/** The page's end of the upload worker: a mirror of its queue, and the commands of the tray. */
export type Uploads = {
  readonly items: ReadonlyMap<string, ShownUpload>
  /** The items' uploads on the hub, also those that are over; replaced when there are more. */
  readonly ids: ReadonlySet<string>
  readonly totals: UploadTotals
  /** Files of an earlier visit that go on as soon as they are opened again. */
  readonly returningCount: number
  /** Something is unfinished that could not go on by itself after a reload. */
  readonly wouldBeLost: boolean
  /** Files of an earlier visit that go on after unlock(). */
  readonly lockedCount: number
  readonly speed: Speedometer
  /** Something is under way, and nothing of it has moved for a while. */
  readonly isStalled: boolean
  readonly saves: ReadonlyMap<string, ShownSave>
  add(folder: string, files: ChosenFile[]): void
  /** Makes folders that came without files. */
  makeFolders(folder: string, paths: string[][]): void
  command(kind: 'pause' | 'resume' | 'cancel' | 'retry', ids?: string[]): void
  resolveClash(ids: string[], choice: ClashChoice): void
  attach(id: string, file: File): void
  /** Downloads a file, verified chunk by chunk, into a file of this machine. */
  save(entry: Entry, handle: FileSystemFileHandle): void
  /** Stops a download, or removes its row. */
  dropSave(id: string): void
  /** Asks the browser's permission to read the remembered files; from a click. */
  unlock(): Promise<void>
  onChange(listener: () => void): Stop
  close(): void
}

type UploadsOptions = {
  url: string
  agent: string
  user: string
  /** Something went wrong that no row of the tray tells. */
  onProblem(message: string): void
  /** The part that uploads does not come from the hub: what is added waits for it. */
  onMissing(): void
}

export const startUploads = ({ onProblem, onMissing, ...options }: UploadsOptions): Uploads => {
  const worker = startWorker('uploads', onMissing)
  const post = (message: ToWorker) => worker.post(message)
  const listeners = createListeners<void>()
  const items = new Map<string, ShownUpload>()
  const saves = new Map<string, ShownSave>()
  const speed = createSpeedometer()
  const stall = createStallWatch()
  const remembered = new Set<string>()
  let ids: ReadonlySet<string> = new Set()
  let totals = noTotals
  let returningCount = 0
  let lockedCount = 0
  /** Files that the worker was given, and has not told of yet. */
  let adding = 0

  const measure = () => {
    const nowMs = performance.now()
    speed.measure(arrivedBytes(totals), nowMs)
    stall.look([...items.values()].some(isUnderWay) ? movingFigures(totals) : null, nowMs)
  }

  worker.hear(message => {
    const data = message as FromWorker
    if (data.kind === 'locked') {
      lockedCount = data.count
    } else if (data.kind === 'saving') {
      saves.set(data.save.id, data.save)
    } else if (data.kind === 'remembered') {
      for (const id of data.ids) remembered.add(id)
    } else if (data.kind === 'added') {
      adding--
    } else if (data.kind === 'foldersFailed') {
      onProblem(data.message)
    } else {
      const fresh = data.items.map(({ upload }) => upload).filter(upload => !ids.has(upload))
      for (const item of data.items) items.set(item.id, item)
      for (const id of data.removed) items.delete(id)
      if (fresh.length > 0) ids = new Set([...ids, ...fresh])
      totals = data.totals
      returningCount = data.returning
      measure()
    }
    listeners.emit()
  })
  // Also when nothing comes: a drop-out is to be seen while it lasts.
  const tick = setInterval(() => {
    if (![...items.values()].some(isActive)) return
    measure()
    listeners.emit()
  }, 1000)
  const network = () => post({ kind: 'network', online: navigator.onLine })
  addEventListener('online', network)
  addEventListener('offline', network)
  post({ kind: 'start', ...options })

  return {
    items,
    saves,
    speed,
    get ids() {
      return ids
    },
    get totals() {
      return totals
    },
    get isStalled() {
      return stall.isStalled
    },
    get returningCount() {
      return returningCount
    },
    get wouldBeLost() {
      return adding > 0 || [...items.values()].some(item => needsFile(item) && !remembered.has(item.id))
    },
    get lockedCount() {
      return lockedCount
    },
    add(folder, files) {
      adding++
      post({ kind: 'add', folder, files })
    },
    makeFolders: (folder, paths) => post({ kind: 'makeFolders', folder, paths }),
    command: (kind, ids) => post(ids ? { kind, ids } : { kind }),
    resolveClash: (ids, choice) => post({ kind: 'resolveClash', ids, choice }),
    attach: (id, file) => post({ kind: 'attach', id, file }),
    save: (entry, handle) => post({ kind: 'save', id: newId(), entry, handle }),
    dropSave(id) {
      post({ kind: 'dropSave', id })
      saves.delete(id)
      listeners.emit()
    },
    async unlock() {
      for (const { handle } of await rememberedFiles().of(options.user)) {
        if ((await askReadPermission(handle)) === 'denied') break
      }
      post({ kind: 'unlocked' })
    },
    onChange: listener => listeners.add(listener),
    close() {
      clearInterval(tick)
      removeEventListener('online', network)
      removeEventListener('offline', network)
      listeners.clear()
      worker.close()
    },
  }
}
