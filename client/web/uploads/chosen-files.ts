import type { ChosenFile } from './messages.ts'

/** Files that came in by dropping, pasting or choosing, with the folders they were in. */
export type Chosen = { files: ChosenFile[]; unreadable: string[] }

type HandleItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }

/** On plain http getAsFileSystemHandle() hangs the page, so it is asked in secure contexts only. */
const canHandle = (item: DataTransferItem): item is Required<HandleItem> =>
  isSecureContext && 'getAsFileSystemHandle' in item

/** Everything in a drop or a paste. Has to be called in the event itself: the items are empty afterwards. */
export const readTransfer = async (transfer: DataTransfer): Promise<Chosen> => {
  const chosen: Chosen = { files: [], unreadable: [] }
  const started = [...transfer.items]
    .filter(item => item.kind === 'file')
    .map(item => ({
      handle: canHandle(item) ? item.getAsFileSystemHandle().catch(() => null) : Promise.resolve(null),
      entry: item.webkitGetAsEntry(),
      file: item.getAsFile(),
    }))
  for (const { handle, entry, file } of started) {
    const opened = await handle
    if (opened) await readHandle(chosen, opened, [])
    else if (entry) await readEntry(chosen, entry, [])
    else if (file) chosen.files.push({ file, handle: null, path: [] })
  }
  return chosen
}

const readHandle = async (chosen: Chosen, handle: FileSystemHandle, path: string[]): Promise<void> => {
  try {
    if (handle instanceof FileSystemDirectoryHandle) {
      for await (const child of handle.values()) await readHandle(chosen, child, [...path, handle.name])
    } else if (handle instanceof FileSystemFileHandle) {
      chosen.files.push({ file: await handle.getFile(), handle, path })
    }
  } catch {
    chosen.unreadable.push([...path, handle.name].join('/'))
  }
}

const readEntry = async (chosen: Chosen, entry: FileSystemEntry, path: string[]): Promise<void> => {
  try {
    if (entry.isDirectory) {
      for (const child of await readChildren(entry as FileSystemDirectoryEntry)) {
        await readEntry(chosen, child, [...path, entry.name])
      }
    } else {
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      )
      chosen.files.push({ file, handle: null, path })
    }
  } catch {
    chosen.unreadable.push([...path, entry.name].join('/'))
  }
}

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

type Pickers = {
  showOpenFilePicker(options: { multiple: boolean }): Promise<FileSystemFileHandle[]>
  showDirectoryPicker(): Promise<FileSystemDirectoryHandle>
}

const hasPickers = (scope: object): scope is Pickers => isSecureContext && 'showOpenFilePicker' in scope

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

/** Lets the person choose files or a folder; null if they changed their mind. */
export const chooseFiles = async (kind: 'files' | 'folder'): Promise<Chosen | null> => {
  if (!hasPickers(window)) return chooseByInput(kind)
  const chosen: Chosen = { files: [], unreadable: [] }
  try {
    const handles =
      kind === 'files'
        ? await window.showOpenFilePicker({ multiple: true })
        : [await window.showDirectoryPicker()]
    for (const handle of handles) await readHandle(chosen, handle, [])
    return chosen
  } catch (error) {
    if (isAbort(error)) return null
    return chooseByInput(kind)
  }
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
        resolve({ files, unreadable: [] })
      },
      { once: true },
    )
    input.click()
  })
}
