import { constants } from 'node:fs'
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { nameEndingIn, numberedName } from '../../../protocol/names.ts'
import { isGone, isThere } from './write-errors.ts'

/** Tells a file from every other one that has or had its name; null if there is none. */
export const fileId = async (path: string): Promise<string | null> => {
  const found = await lstat(path, { bigint: true }).catch(() => null)
  return found?.isFile() ? `${found.dev}:${found.ino}:${found.birthtimeNs}` : null
}

/** What a file is called until it is whole: its name as far as that fits, and `.part`. */
const partName = (name: string): string => nameEndingIn(name, '.part')

export type OpenPart = { name: string; handle: FileHandle }

/**
 * Begins a part beside the place of the file `name`; never in a file that is there, nor under a name that something else is
 * to get.
 */
export const beginPart = async (
  folder: string,
  name: string,
  isWanted: (part: string) => boolean,
): Promise<OpenPart> => {
  for (let n = 1; ; n++) {
    const free = n === 1 ? partName(name) : numberedName(partName(name), n)
    if (isWanted(free)) continue
    try {
      return { name: free, handle: await open(join(folder, free), 'wx') }
    } catch (error) {
      if (!isThere(error)) throw error
    }
  }
}

/** Opens the part again if it still is the one of that id. */
export const reopenPart = async (path: string, id: string): Promise<FileHandle | null> => {
  if ((await fileId(path)) !== id) return null
  return open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)).catch(() => null)
}

/** Renaming would overwrite, so an empty file claims the name first: for file systems without links. */
const renameToFree = async (part: string, file: string): Promise<void> => {
  const claim = await open(file, 'wx')
  await claim.close()
  await rename(part, file).catch(async error => {
    await unlink(file)
    throw error
  })
}

const nameOnce = async (part: string, file: string): Promise<void> => {
  try {
    await link(part, file)
  } catch (error) {
    if (isGone(error)) throw error
    if (!isThere(error)) return renameToFree(part, file)
    // Named by a run that was killed before it could note so.
    if ((await fileId(part)) !== (await fileId(file))) throw error
  }
}

/** Gives a whole part the name, or the next number of it that nothing has; answers it. The part's own name stays. */
export const nameFile = async (folder: string, part: string, name: string): Promise<string> => {
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : numberedName(name, n)
    try {
      await nameOnce(join(folder, part), join(folder, free))
      return free
    } catch (error) {
      if (!isThere(error)) throw error
    }
  }
}

export const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

export const removePart = async (path: string): Promise<void> => {
  await unlink(path).catch(() => {})
}
