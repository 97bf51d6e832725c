type SavePicker = { showSaveFilePicker(options: { suggestedName: string }): Promise<FileSystemFileHandle> }

const hasPicker = (scope: object): scope is SavePicker => isSecureContext && 'showSaveFilePicker' in scope

/** The browser can write into files that the person chooses (File System Access); elsewhere it downloads by itself. */
export const canSave = (): boolean => hasPicker(window)

/** Where to save; null if the person changed their mind. */
export const chooseTarget = async (name: string): Promise<FileSystemFileHandle | null> => {
  if (!hasPicker(window)) return null
  try {
    return await window.showSaveFilePicker({ suggestedName: name })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null
    throw error
  }
}
