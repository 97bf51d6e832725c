import { limits } from '../../protocol/limits.ts'
import type { TransferProgress } from '../../protocol/values.ts'

/** Which uploads run into which folders, and how far they are: memory only, no history. */
export type Progress = {
  set(folder: string, progress: TransferProgress): void
  /** Does nothing for an upload that was never set, or was forgotten. */
  update(upload: string, change: Partial<TransferProgress>): void
  of(folder: string): TransferProgress[]
  onChange(listener: (folder: string) => void): () => void
}

/** How long an ended upload is still told, so that every watcher hears of its end. */
const toldMs = 3000

type Row = { progress: TransferProgress; endedAt: number | null }

export const createProgress = (clock: () => number): Progress => {
  const folders = new Map<string, Map<string, Row>>()
  const folderOf = new Map<string, string>()
  const listeners = new Set<(folder: string) => void>()

  const changed = (folder: string): void => {
    for (const listener of listeners) listener(folder)
  }

  const forgetEnded = (folder: string, rows: Map<string, Row>): void => {
    const forget = (upload: string): void => {
      rows.delete(upload)
      folderOf.delete(upload)
    }
    for (const [upload, { endedAt }] of rows) {
      if (endedAt !== null && endedAt + toldMs < clock()) forget(upload)
    }
    const oldest = rows.keys().next().value
    if (rows.size > limits.listItems && oldest !== undefined) forget(oldest)
    if (rows.size === 0) folders.delete(folder)
  }

  const set = (folder: string, progress: TransferProgress): void => {
    const rows = folders.get(folder) ?? new Map<string, Row>()
    rows.set(progress.upload, { progress, endedAt: progress.state === 'ended' ? clock() : null })
    folders.set(folder, rows)
    folderOf.set(progress.upload, folder)
    forgetEnded(folder, rows)
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
      forgetEnded(folder, rows)
      return [...rows.values()].map(row => row.progress)
    },
    onChange: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
