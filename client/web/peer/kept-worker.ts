import { workerReady } from '../app/worker-ready.ts'
import { type KeptFile, keepFile, type SyncFile } from './kept-file.ts'
import { keptFolder } from './kept-folder.ts'
import type { FromKeeper, KeepRequest, ToKeeper } from './kept-messages.ts'

type Open = { kept: KeptFile; folder: FileSystemDirectoryHandle; key: string }

const files = new Map<number, Open>()
let opened = 0

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** The worker of a page that was left just now may still hold the file for a moment. */
const openAlone = async (folder: FileSystemDirectoryHandle, name: string): Promise<SyncFile> => {
  const handle = (await folder.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
    createSyncAccessHandle(): Promise<SyncFile>
  }
  for (let tries = 0; ; tries++) {
    try {
      return await handle.createSyncAccessHandle()
    } catch (error) {
      const isHeld = error instanceof DOMException && error.name === 'NoModificationAllowedError'
      if (!isHeld || tries === 50) throw error
      await pause(100)
    }
  }
}

const open = async ({ transfer, key, size, modifiedAt, isSummed }: KeepRequest & { kind: 'open' }) => {
  const folder = await keptFolder(transfer, true)
  const held: SyncFile[] = []
  try {
    const data = await openAlone(folder, key)
    held.push(data)
    const journal = await openAlone(folder, `${key}.journal`)
    held.push(journal)
    const kept = keepFile(data, journal, { size, modifiedAt }, isSummed)
    const file = ++opened
    files.set(file, { kept, folder, key })
    return { file, restored: kept.restored }
  } catch (error) {
    // Another try could not open them again.
    for (const one of held) one.close()
    throw error
  }
}

const openFile = (file: number): Open => {
  const found = files.get(file)
  if (!found) throw new Error('The file is not open.')
  return found
}

const finish = (file: number) => {
  const { kept } = openFile(file)
  const crc = kept.finish()
  kept.close()
  files.delete(file)
  return { crc }
}

const stop = async (file: number, keep: boolean): Promise<null> => {
  const { kept, folder, key } = openFile(file)
  kept.close()
  files.delete(file)
  if (!keep) for (const name of [key, `${key}.journal`]) await folder.removeEntry(name).catch(() => {})
  return null
}

const answer = async (request: KeepRequest) => {
  switch (request.kind) {
    case 'open':
      return open(request)
    case 'write':
      await openFile(request.file).kept.write(request.index, request.bytes, request.hash)
      return request.bytes
    case 'finish':
      return finish(request.file)
    case 'stop':
      return stop(request.file, request.keep)
  }
}

const tell = (message: FromKeeper, transfer: Transferable[] = []) => self.postMessage(message, { transfer })

self.onmessage = async ({ data: { id, request } }: MessageEvent<ToKeeper>) => {
  try {
    const given = await answer(request)
    tell({ id, answer: given }, given instanceof Uint8Array ? [given.buffer] : [])
  } catch (error) {
    const noRoom = error instanceof DOMException && error.name === 'QuotaExceededError'
    tell({ id, noRoom, message: error instanceof Error ? error.message : String(error) })
  }
}
self.postMessage(workerReady)
