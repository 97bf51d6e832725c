import type { UploadItem, UploadQueue } from '../../core/api.ts'
import type { FromWorker, ShownUpload } from './messages.ts'

const shown = ({ error, ...item }: UploadItem): ShownUpload => ({
  ...item,
  error: error && {
    reason: error.reason,
    message: error.message,
    isFinal: error.details.folderGone === true,
  },
})

/** More would block the page: it takes a message in one task, and draws. */
const itemsAtOnce = 2000

/** Tells the page what changed since the last time: items are replaced when they change, so identity shows it. */
export const createReport = (queue: UploadQueue, tell: (message: FromWorker) => void) => {
  const told = new Map<string, UploadItem>()
  let returning = { files: 0, bytes: 0 }
  let hasReturned = false

  const totals = () => {
    const { files, bytes, ...others } = queue.totals
    return { ...others, files: files + returning.files, bytes: bytes + returning.bytes }
  }

  const changed = () => {
    const changed: ShownUpload[] = []
    const present = new Set<string>()
    for (const item of queue.items) {
      present.add(item.id)
      if (told.get(item.id) === item) continue
      told.set(item.id, item)
      changed.push(shown(item))
    }
    const removed = [...told.keys()].filter(id => !present.has(id))
    for (const id of removed) told.delete(id)
    if (changed.length === 0 && removed.length === 0 && !hasReturned) return
    hasReturned = false
    const counted = { totals: totals(), returning: returning.files }
    tell({ kind: 'changed', items: changed.slice(0, itemsAtOnce), removed, ...counted })
    for (let from = itemsAtOnce; from < changed.length; from += itemsAtOnce)
      tell({ kind: 'changed', items: changed.slice(from, from + itemsAtOnce), removed: [], ...counted })
  }

  return {
    /** To be called after each change of the queue. */
    changed,
    /** Counts these files as well, until it is called again: told in one with what enters the queue in the same turn. */
    returning(files: readonly { size: number }[]): void {
      returning = { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) }
      hasReturned = true
      // The queue tells of its changes after the turn.
      setTimeout(changed)
    },
  }
}
