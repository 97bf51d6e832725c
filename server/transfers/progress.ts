import { limits } from '../../protocol/limits.ts'
import type { TransferProgress } from '../../protocol/values.ts'

/** Which uploads run into which folders, and how far they are: memory only, no history. */
export type Progress = {
  set(folder: string, progress: TransferProgress): void
  /** Does nothing for an upload that was never set, or was forgotten. */
  update(upload: string, change: Partial<TransferProgress>): void
  of(folder: string): TransferProgress[]
  onChange(listener: (folder: string) => void): () => void
  /** Forgets what waited too long, and tells of what came to a halt. To be called every few seconds. */
  sweep(): void
}

/** How long an ended upload is still told, so that every watcher hears of its end. */
const endedMs = 3000
/** How long one that nobody sends is told, as it may go on in a moment; its person has it in `upload.list` for longer. */
export const waitingMs = 10 * 60 * 1000

/** One that runs and of which nothing came for so long is told as waiting: it is paused, or its network is. */
export const quietMs = 15 * 1000

/** `since`: when it came into its state. `movedAt`: when something of it came. */
type Row = { progress: TransferProgress; since: number; movedAt: number; isToldQuiet: boolean }

const mostMs = { running: Number.POSITIVE_INFINITY, waiting: waitingMs, ended: endedMs }

export const createProgress = (clock: () => number): Progress => {
  const folders = new Map<string, Map<string, Row>>()
  const folderOf = new Map<string, string>()
  const listeners = new Set<(folder: string) => void>()

  const changed = (folder: string): void => {
    for (const listener of listeners) listener(folder)
  }

  const isOver = ({ progress, since }: Row): boolean => since + mostMs[progress.state] < clock()

  const isQuiet = ({ progress, movedAt }: Row): boolean =>
    progress.state === 'running' && progress.storedBytes < progress.size && movedAt + quietMs < clock()

  const asTold = (row: Row): TransferProgress =>
    isQuiet(row) ? { ...row.progress, state: 'waiting' } : row.progress

  const forgetOver = (folder: string, rows: Map<string, Row>): void => {
    const forget = (upload: string): void => {
      rows.delete(upload)
      folderOf.delete(upload)
    }
    for (const [upload, row] of rows) if (isOver(row)) forget(upload)
    const oldest = rows.keys().next().value
    if (rows.size > limits.listItems && oldest !== undefined) forget(oldest)
    if (rows.size === 0) folders.delete(folder)
  }

  const set = (folder: string, progress: TransferProgress): void => {
    const rows = folders.get(folder) ?? new Map<string, Row>()
    const before = rows.get(progress.upload)
    const isSame = before?.progress.state === progress.state
    const since = isSame ? before.since : clock()
    const hasMoved = !isSame || before.progress.storedBytes !== progress.storedBytes
    const movedAt = hasMoved ? clock() : before.movedAt
    rows.set(progress.upload, { progress, since, movedAt, isToldQuiet: false })
    folders.set(folder, rows)
    folderOf.set(progress.upload, folder)
    forgetOver(folder, rows)
    changed(folder)
  }

  return {
    set,
    update: (upload, change) => {
      const folder = folderOf.get(upload)
      const row = folder === undefined ? undefined : folders.get(folder)?.get(upload)
      if (row && folder !== undefined) set(folder, { ...row.progress, ...change })
    },
    of: folder => {
      const rows = folders.get(folder)
      if (!rows) return []
      forgetOver(folder, rows)
      return [...rows.values()].map(asTold)
    },
    onChange: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    sweep: () => {
      for (const [folder, rows] of folders) {
        const all = [...rows.values()]
        const quiet = all.filter(row => isQuiet(row) && !row.isToldQuiet)
        for (const row of quiet) row.isToldQuiet = true
        const over = all.some(isOver)
        if (over) forgetOver(folder, rows)
        if (over || quiet.length > 0) changed(folder)
      }
    },
  }
}
