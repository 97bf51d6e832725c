import type { ChosenFile } from './messages.ts'

/** Files that came in by dropping, pasting or choosing, with the folders they were in, and the folders without files. */
export type Chosen = { files: ChosenFile[]; emptyFolders: string[][]; unreadable: string[] }

/** A drop or a paste while it is read: all of it, and the files so far. */
export type Reading = { chosen: Promise<Chosen>; readonly fileCount: number }

const nothingChosen = (): Chosen => ({ files: [], emptyFolders: [], unreadable: [] })

type HandleItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }

/** On plain http getAsFileSystemHandle() hangs the page, so it is asked in secure contexts only. */
const canHandle = (item: DataTransferItem): item is Required<HandleItem> =>
  isSecureContext && 'getAsFileSystemHandle' in item

/** Everything in a drop or a paste. Has to be called in the event itself: the items are empty afterwards. */
export const readTransfer = (transfer: DataTransfer): Reading => {
  const soFar = nothingChosen()
  return {
    chosen: readInto(soFar, transfer),
    get fileCount() {
      return soFar.files.length
    },
  }
}

const readInto = async (chosen: Chosen, transfer: DataTransfer): Promise<Chosen> => {
  const started = [...transfer.items]
    .filter(item => item.kind === 'file')
    .map(item => ({
      opening: canHandle(item) ? item.getAsFileSystemHandle().catch(() => null) : Promise.resolve(null),
      entry: item.webkitGetAsEntry(),
      file: item.getAsFile(),
    }))
  const found: Found[] = []
  for (const { opening, entry, file } of started) {
    const handle = await opening
    if (entry) found.push({ entry, path: [], handle })
    else if (file) chosen.files.push({ file, handle, path: [] })
  }
  await readAll(chosen, found)
  return chosen
}

type Found = { entry: FileSystemEntry; path: string[]; handle: FileSystemHandle | null }

/** Chromium opens files while the page waits, and all that were asked for in one task: more of them would block it. */
const openAtOnce = 50

const readAll = async (chosen: Chosen, found: readonly Found[]): Promise<void> => {
  // The last is the next.
  const waiting = found.toReversed()
  while (waiting.length > 0) {
    const below = await Promise.all(
      waiting
        .splice(-openAtOnce)
        .reverse()
        .map(one => readOne(chosen, one)),
    )
    for (const one of below.flat().reverse()) waiting.push(one)
  }
}

/**
 * Answers what is below it. Folders are read as entries: the handles of Chromium leave out files with names such as
 * `"quoted".txt`, without a word.
 */
const readOne = async (chosen: Chosen, { entry, path, handle }: Found): Promise<Found[]> => {
  try {
    if (isFolder(entry)) {
      const below = [...path, entry.name]
      const children = await readChildren(entry)
      if (children.length === 0) chosen.emptyFolders.push(below)
      return children.map(child => ({ entry: child, path: below, handle }))
    }
    if (isFile(entry)) {
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
      chosen.files.push({ file, handle, path })
    }
  } catch {
    chosen.unreadable.push([...path, entry.name].join('/'))
  }
  return []
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile

/** Chromium gives at most 100 entries a call: it is asked until it gives none. */
const readChildren = async (folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> => {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

type Picker = { showOpenFilePicker(options: { multiple: boolean }): Promise<FileSystemFileHandle[]> }

const hasPicker = (scope: object): scope is Picker => isSecureContext && 'showOpenFilePicker' in scope

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

/** Lets the person choose files or a folder; null if they changed their mind. */
export const chooseFiles = async (kind: 'files' | 'folder'): Promise<Chosen | null> => {
  // A folder from a picker would lack the files that its handle leaves out.
  if (kind === 'folder' || !hasPicker(window)) return chooseByInput(kind)
  try {
    return await readHandles(await window.showOpenFilePicker({ multiple: true }))
  } catch (error) {
    return isAbort(error) ? null : chooseByInput(kind)
  }
}

const readHandles = async (handles: readonly FileSystemFileHandle[]): Promise<Chosen> => {
  const chosen = nothingChosen()
  for (const handle of handles) {
    try {
      chosen.files.push({ file: await handle.getFile(), handle, path: [] })
    } catch {
      chosen.unreadable.push(handle.name)
    }
  }
  return chosen
}

const chooseByInput = (kind: 'files' | 'folder'): Promise<Chosen | null> => {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.webkitdirectory = kind === 'folder'
  return new Promise(resolve => {
    input.addEventListener('cancel', () => resolve(null), { once: true })
    input.addEventListener(
      'change',
      () => {
        const files = [...(input.files ?? [])].map(file => ({
          file,
          handle: null,
          path: file.webkitRelativePath.split('/').slice(0, -1),
        }))
        resolve({ ...nothingChosen(), files })
      },
      { once: true },
    )
    input.click()
  })
}
