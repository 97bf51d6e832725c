import type { UploadQueue } from '../../core/api.ts'
import type { RememberedChange, RememberedFiles } from './remembered-files.ts'

/**
 * Keeps with the remembered files which of their uploads are paused, and what these are on the hub: to be called after
 * each change of the queue.
 */
export const rememberChanges = (queue: UploadQueue, files: RememberedFiles) => {
  const kept = new Map<string, RememberedChange>()
  return (): void => {
    const fresh: RememberedChange[] = []
    for (const { id, upload, state } of queue.items) {
      const paused = state === 'paused'
      const before = kept.get(id) ?? { paused: false, upload: id }
      if (before.paused !== paused || before.upload !== upload) fresh.push({ id, upload, paused })
    }
    for (const change of fresh) kept.set(change.id, change)
    if (fresh.length > 0) void files.change(fresh)
  }
}
