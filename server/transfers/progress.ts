import { limits } from '../../protocol/limits.ts'
import type { TransferProgress } from '../../protocol/values.ts'

/** Which uploads run into which folders, and how far they are: memory only, no history. */
export type Progress = {
  set(folder: string, progress: TransferProgress): void
  update(folder: string, upload: string, change: Partial<TransferProgress>): void
  of(folder: string): TransferProgress[]
  onChange(listener: (folder: string) => void): () => void
}

/** How long an ended upload is still told, so that every watcher hears of its end. */
const toldMs = 3000

type Row = { progress: TransferProgress; endedAt: number | null }

export const createProgress = (clock: () => number): Progress => {
  const folders = new Map<string, Map<string, Row>>()
  const listeners = new Set<(folder: string) => void>()

  const changed = (folder: string): void => {
    for (const listener of listeners) listener(folder)
  }

  const forgetEnded = (folder: string, rows: Map<string, Row>): void => {
    for (const [upload, { endedAt }] of rows) {
      if (endedAt !== null && endedAt + toldMs < clock()) rows.delete(upload)
    }
    const oldest = rows.keys().next().value
    if (rows.size > limits.listItems && oldest !== undefined) rows.delete(oldest)
    if (rows.size === 0) folders.delete(folder)
  }

  const set = (folder: string, progress: TransferProgress): void => {
    const rows = folders.get(folder) ?? new Map<string, Row>()
    rows.set(progress.upload, { progress, endedAt: progress.state === 'ended' ? clock() : null })
    folders.set(folder, rows)
    forgetEnded(folder, rows)
    changed(folder)
  }

  return {
    set,
    update: (folder, upload, change) => {
      const row = folders.get(folder)?.get(upload)
      if (row) set(folder, { ...row.progress, ...change })
    },
    of: folder => {
      const rows = folders.get(folder)
      if (!rows) return []
      forgetEnded(folder, rows)
      return [...rows.values()].map(row => row.progress)
    },
    onChange: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
