import { hash, randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, link, lstat, open, readdir, rename, stat, unlink, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WherryError } from '../../protocol/errors.ts'
import { nameEndingIn } from '../../protocol/names.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import { isOf, type Looked } from './file-chunks.ts'
import { isGone, isThere } from './peer/write-errors.ts'

/** Where a file is to be, of which entry, and whether it replaces another one there. */
export type Place = { file: string; entry: string; overwrite: boolean }

/** A name beside a file: its own as far as that fits, and something of its entry, so that it is no other file of somebody's. */
export const beside = (file: string, entry: string, ending: string): string =>
  join(dirname(file), nameEndingIn(basename(file), `.${hash('sha256', entry).slice(0, 8)}.${ending}`))

/** What a large file is called until it is whole; not even an earlier part that was uploaded has that name. */
export const partName = (file: string, entry: string): string => beside(file, entry, 'wherry-part')

const runChars = 8

/** What a small file is called for the moment in which it is written: nobody else has that name. */
export const ownPartName = (file: string, entry: string): string =>
  beside(file, entry, `${randomBytes(runChars / 2).toString('hex')}.wherry-new`)

const isOwnPart = new RegExp(`\\.[0-9a-f]{8}\\.[0-9a-f]{${runChars}}\\.wherry-new$`)

/** A small file is written within so long, or nobody writes it any more. */
export const leftAfterMs = 60_000

/** Removes from a folder what killed commands left of small files. */
export const removeLeft = async (folder: string, now: () => number = Date.now): Promise<void> => {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter(one => isOwnPart.test(one))) {
    const path = join(folder, name)
    // Not when it was modified: it has the date of its file by then.
    const changed = (await stat(path).catch(() => null))?.ctimeMs
    if (changed !== undefined && now() - changed > leftAfterMs) await removeFile(path)
  }
}

/** Also where it is gone. Half the system calls of rm(). */
export const removeFile = async (path: string): Promise<void> => {
  await unlink(path).catch(error => {
    if (!isGone(error)) throw error
  })
}

export const sizeOf = (chunks: readonly ChunkRef[]): number => chunks.reduce((sum, { size }) => sum + size, 0)

/** Tells how many bytes were looked at in all. */
export const adding = (compared: Looked | undefined): Looked => {
  let comparedBytes = 0
  return bytes => {
    comparedBytes += bytes
    compared?.(comparedBytes)
  }
}

/** Whether what is there, as far as it is a file, has this very content. */
export const isContent = async (
  file: string,
  old: Stats | null,
  chunks: readonly ChunkRef[],
  looked: Looked,
): Promise<boolean> =>
  old?.isFile() === true && old.size === sizeOf(chunks) && (await isOf(file, chunks, looked))

/** When it was read and modified. Not as numbers: below zero, before 1970, Node takes one for now. */
export const datesOf = (modifiedAt: number): [Date, Date] => [new Date(modifiedAt), new Date(modifiedAt)]

export const setDate = (file: string, modifiedAt: number): Promise<void> =>
  utimes(file, ...datesOf(modifiedAt))

export const placeTaken = () => new WherryError('busy', 'another command is downloading to that place')

/** Only where it is another: some file systems have one for all. */
export const setMode = async (handle: FileHandle, mode: number): Promise<void> => {
  if (((await handle.stat()).mode & 0o777) !== mode) await handle.chmod(mode)
}

export const look = (path: string): Promise<Stats | null> => lstat(path).catch(() => null)

/** Nobody has taken its name away, or put another file there. */
export const isStill = async (path: string, handle: FileHandle): Promise<boolean> =>
  (await look(path))?.ino === (await handle.stat()).ino

/** Takes away the second name of a file that is whole, which a run leaves that is killed before it does so itself. */
export const removeTwin = async (file: string, entry: string): Promise<void> => {
  const part = partName(file, entry)
  const found = await look(part)
  if (found && found.ino === (await look(file))?.ino) await removeFile(part)
}

export const nameTaken = (cause?: unknown) =>
  new WherryError('name_taken', 'there is another file of that name here; --force replaces it', {}, { cause })

/** Gives a file a name that nobody has: linking fails where renaming would overwrite. */
export const nameNew = async (part: string, file: string): Promise<void> => {
  try {
    await link(part, file)
  } catch (error) {
    if (isThere(error)) throw nameTaken(error)
    if (isGone(error)) throw placeTaken()
    return renameIfFree(part, file)
  }
  await removeFile(part)
}

/** For file systems without links. */
const renameIfFree = async (part: string, file: string): Promise<void> => {
  const claimed = await open(file, 'wx').catch(error => {
    throw isThere(error) ? nameTaken(error) : error
  })
  await claimed.close()
  await rename(part, file).catch(async error => {
    await removeFile(file)
    throw error
  })
}
