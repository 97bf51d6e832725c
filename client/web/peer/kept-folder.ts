/** The folder in the browser's private file system that holds what is kept of all transfers. */
const keptFolders = async (create: boolean): Promise<FileSystemDirectoryHandle> => {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle('received', { create })
}

/** The folder of one transfer; throws where there is none and none is to be made. */
export const keptFolder = async (transfer: string, create = false): Promise<FileSystemDirectoryHandle> =>
  (await keptFolders(create)).getDirectoryHandle(transfer, { create })

/** Throws away what is kept of a transfer. */
export const forgetKept = async (transfer: string): Promise<void> => {
  try {
    await (await keptFolders(false)).removeEntry(transfer, { recursive: true })
  } catch {
    // It is gone already, or held by another tab that is at it.
  }
}
