/** The folder in the browser's private file system that holds what is kept of all transfers. */
const keptFolders = async (create: boolean): Promise<FileSystemDirectoryHandle> => {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle('received', { create })
}

/** The folder of one transfer; throws where there is none and none is to be made. */
export const keptFolder = async (transfer: string, create = false): Promise<FileSystemDirectoryHandle> =>
  (await keptFolders(create)).getDirectoryHandle(transfer, { create })

/** Longer than a transfer that ended takes to say so and to close its files. */
const mostTries = 150
const pauseMs = 100

const isHeld = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'NoModificationAllowedError'

/** Throws away what is kept of a transfer, as soon as nobody holds any of it; false where another tab is at it for long. */
export const forgetKept = async (
  transfer: string,
  isStillWanted: () => Promise<boolean>,
): Promise<boolean> => {
  for (let tries = 0; tries < mostTries; tries++) {
    if (await isStillWanted()) return true
    try {
      await (await keptFolders(false)).removeEntry(transfer, { recursive: true })
      return true
    } catch (error) {
      // It is gone already.
      if (!isHeld(error)) return true
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
  }
  return false
}
