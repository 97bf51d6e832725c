import type { Entry } from '../../../protocol/values.ts'
import type { TransferLink } from '../../core/api.ts'
import { download } from '../../core/download/download.ts'
import { handleSink } from './handle-sink.ts'
import type { ShownSave } from './messages.ts'

/** How often the page hears of a download's progress, in milliseconds. */
const tellEveryMs = 250

/** Downloads into files: resumed over lost connections, verified before anything is written. */
export const createSaves = (link: TransferLink, tell: (save: ShownSave) => void) => {
  const running = new Map<string, AbortController>()

  const run = async (
    id: string,
    entry: Entry,
    handle: FileSystemFileHandle,
    signal: AbortSignal,
  ): Promise<void> => {
    const save: ShownSave = {
      id,
      name: entry.name,
      size: entry.size,
      receivedBytes: 0,
      state: 'running',
      message: null,
    }
    tell(save)
    let told = 0
    try {
      await download(link, entry.id, await handleSink(handle), {
        signal,
        onProgress({ receivedBytes, comingBytes }) {
          save.receivedBytes = receivedBytes + comingBytes
          if (performance.now() - told < tellEveryMs) return
          told = performance.now()
          tell({ ...save })
        },
      })
      tell({ ...save, receivedBytes: entry.size, state: 'done' })
    } catch (error) {
      if (signal.aborted) return
      tell({ ...save, state: 'failed', message: error instanceof Error ? error.message : String(error) })
    } finally {
      running.delete(id)
    }
  }

  return {
    start(id: string, entry: Entry, handle: FileSystemFileHandle): void {
      const aborter = new AbortController()
      running.set(id, aborter)
      void run(id, entry, handle, aborter.signal)
    },
    drop: (id: string): void => running.get(id)?.abort(),
  }
}
