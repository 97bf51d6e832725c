import { type FileHandle, open } from 'node:fs/promises'
import type { JournalLine, ReceiptJournal } from './receipt-journal.ts'

/** What has to be durable before `line` may be told. */
export type Unsynced = { handle: FileHandle | null; folder: string | null; line: JournalLine | null }

const syncFolder = async (folder: string): Promise<void> => {
  // Windows opens no folders, and needs no such thing.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes writes durable, then tells the journal: one sync of a file for all that was written to it while the sync before
 * ran. The journal itself is not synced: what a power cut takes of it is only received again.
 */
export const groupSync = (journal: ReceiptJournal) => {
  type Waiting = Unsynced & { resolve(): void; reject(error: unknown): void }
  let waiting: Waiting[] = []
  let isRunning = false
  // A failed sync is told once: what was written before it may be lost although the next one succeeds.
  const broken = new WeakMap<FileHandle, unknown>()

  const syncAll = async (group: readonly Waiting[]): Promise<void> => {
    const failed = new Map<FileHandle | string, unknown>()
    const sync = async (what: FileHandle | string) => {
      try {
        if (typeof what === 'string') return await syncFolder(what)
        if (broken.has(what)) throw broken.get(what)
        await what.datasync()
      } catch (error) {
        failed.set(what, error)
        if (typeof what !== 'string') broken.set(what, error)
      }
    }
    const things = new Set(
      group.flatMap(({ handle, folder }) => [handle, folder].filter(one => one !== null)),
    )
    await Promise.all([...things].map(sync))
    const synced: Waiting[] = []
    for (const one of group) {
      const error = [one.handle, one.folder].map(what => what && failed.get(what)).find(Boolean)
      if (error) one.reject(error)
      else synced.push(one)
    }
    try {
      await journal.append(synced.flatMap(({ line }) => (line ? [line] : [])))
      for (const one of synced) one.resolve()
    } catch (error) {
      for (const one of synced) one.reject(error)
    }
  }

  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await syncAll(group)
    }
    isRunning = false
  }

  return (unsynced: Unsynced): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ ...unsynced, resolve, reject })
      if (!isRunning) void run()
    })
}

export type GroupSync = ReturnType<typeof groupSync>
