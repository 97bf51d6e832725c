import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The system's name of an error (`ENOENT`, `EIO`), or null if it is not one of the system. */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

export const isMissing = (error: unknown): boolean => systemCode(error) === 'ENOENT'

/** True for a failed `fsync`: what was written may be lost, and another try would not tell. */
export const isFailedSync = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall === 'fsync'

/** Makes the names in a directory survive a power cut. */
export const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** The same before it returns. */
export const syncDirectoryNow = (path: string): void => {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Writes a small file whole or not at all; it survives a power cut when it resolves. */
export const writeDurably = async (path: string, text: string, mode: number): Promise<void> => {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncDirectory(dirname(path))
}
