import type { PeerFile } from '../../core/peer/api.ts'
import type { KeptWhole } from './kept-store.ts'
import { commonName, numbered, safeName, zipName } from './safe-names.ts'
import { zipBlob } from './zip-blob.ts'

type FolderPicker = { showDirectoryPicker(options: object): Promise<FileSystemDirectoryHandle> }

const hasFolderPicker = (scope: object): scope is FolderPicker =>
  isSecureContext && 'showDirectoryPicker' in scope

/** The browser can write into a folder that the person chooses: Chromium alone. */
export const canChooseFolder = (): boolean => hasFolderPicker(window)

/** Where received files should go; null if the person changed their mind. Only from a click. */
export const chooseFolder = async (): Promise<FileSystemDirectoryHandle | null> => {
  if (!hasFolderPicker(window)) return null
  try {
    return await window.showDirectoryPicker({
      id: 'wherry-received',
      mode: 'readwrite',
      startIn: 'downloads',
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null
    throw error
  }
}

/** The browser lets us write there without asking again. */
export const mayWrite = async (folder: FileSystemDirectoryHandle): Promise<boolean> => {
  if (!('queryPermission' in folder)) return true
  const { queryPermission } = folder as FileSystemDirectoryHandle & {
    queryPermission(options: object): Promise<PermissionState>
  }
  return (await queryPermission.call(folder, { mode: 'readwrite' })) === 'granted'
}

const exists = async (folder: FileSystemDirectoryHandle, name: string): Promise<boolean> => {
  try {
    await folder.getFileHandle(name)
    return true
  } catch (error) {
    return !(error instanceof DOMException && error.name === 'NotFoundError')
  }
}

/** A file of that name that was not there before. */
const freshFile = async (folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle> => {
  const safe = safeName(name)
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? safe : numbered(safe, number)
    if (!(await exists(folder, candidate))) return folder.getFileHandle(candidate, { create: true })
  }
}

const folderAt = async (top: FileSystemDirectoryHandle, path: readonly string[]) => {
  let folder = top
  for (const name of path) folder = await folder.getDirectoryHandle(safeName(name), { create: true })
  return folder
}

/** A failed one leaves nothing. */
const saveFresh = async (folder: FileSystemDirectoryHandle, name: string, content: Blob) => {
  const handle = await freshFile(folder, name)
  try {
    await content.stream().pipeTo(await handle.createWritable())
  } catch (error) {
    await folder.removeEntry(handle.name).catch(() => {})
    throw error
  }
  return handle
}

export type SavedFiles = Map<PeerFile, FileSystemFileHandle>

const isThere = async (saved: FileSystemFileHandle | undefined, { size }: Blob): Promise<boolean> => {
  const file = await saved?.getFile().catch(() => null)
  return file?.size === size
}

/**
 * Copies what was received into a folder of the person, and overwrites nothing there. Each file that was copied is added to
 * `saved`: another try saves the rest, and what is not there any more.
 */
export const saveToFolder = async (
  top: FileSystemDirectoryHandle,
  whole: readonly KeptWhole[],
  folders: readonly PeerFile[],
  saved: SavedFiles,
  onSaved: (files: number) => void,
): Promise<void> => {
  onSaved(saved.size)
  for (const { path } of folders) await folderAt(top, path)
  for (const { file, content } of whole) {
    if (await isThere(saved.get(file), content)) continue
    const folder = await folderAt(top, file.path.slice(0, -1))
    saved.set(file, await saveFresh(folder, file.path.at(-1) ?? '', content))
    onSaved(saved.size)
  }
}

/** How long a browser may take to begin with a download. */
const addressMs = 10 * 60_000

/** A plain download: the browser copies the file from its private place, and asks or not as it is used to. */
const downloadAs = (content: Blob, name: string): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), addressMs)
}

export const downloadFile = ({ file, content }: KeptWhole): void =>
  downloadAs(content, safeName(file.path.at(-1) ?? ''))

/** All of it as one zip: the only way to download folders. */
export const downloadZip = (whole: readonly KeptWhole[], folders: readonly PeerFile[]): void => {
  const nameOf = ({ path }: PeerFile) => path.map(zipName).join('/')
  const none = new Blob([])
  const parts = [
    ...folders.map(file => ({
      ...{ path: nameOf(file), content: none, crc: 0 },
      ...{ modifiedAt: file.modifiedAt, isFolder: true },
    })),
    ...whole.map(({ file, content, crc }) => ({
      ...{ path: nameOf(file), content, crc },
      ...{ modifiedAt: file.modifiedAt, isFolder: false },
    })),
  ]
  const files = [...folders, ...whole.map(({ file }) => file)]
  downloadAs(zipBlob(parts), `${commonName(files, 'Received')}.zip`)
}
