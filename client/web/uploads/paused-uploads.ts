import type { UploadQueue } from '../../core/api.ts'
import type { RememberedFiles } from './remembered-files.ts'

/** Keeps with the remembered files which of their uploads are paused: to be called after each change of the queue. */
export const pausedUploads = (queue: UploadQueue, files: RememberedFiles) => {
  const paused = new Set<string>()
  return (): void => {
    const begun: string[] = []
    const over: string[] = []
    for (const { id, state } of queue.items) {
      if (state === 'paused' && !paused.has(id)) begun.push(id)
      if (state !== 'paused' && paused.has(id)) over.push(id)
    }
    for (const id of begun) paused.add(id)
    for (const id of over) paused.delete(id)
    if (begun.length > 0) void files.setPaused(begun, true)
    if (over.length > 0) void files.setPaused(over, false)
  }
}
