import { hash, randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, link, lstat, open, readdir, rename, unlink, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WherryError } from '../../protocol/errors.ts'
import { nameEndingIn } from '../../protocol/names.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import { isOf, type Looked } from './file-chunks.ts'
import { isRunning } from './file-lock.ts'
import { isGone, isThere } from './peer/write-errors.ts'

/** Where a file is to be, of which entry, and whether it replaces another one there. */
export type Place = { file: string; entry: string; overwrite: boolean }

/** A name beside a file: its own as far as that fits, and something of its entry, so that it is no other file of somebody's. */
export const beside = (file: string, entry: string, ending: string): string =>
  join(dirname(file), nameEndingIn(basename(file), `.${hash('sha256', entry).slice(0, 8)}.${ending}`))

/** What a large file is called until it is whole; not even an earlier part that was uploaded has that name. */
export const partName = (file: string, entry: string): string => beside(file, entry, 'wherry-part')

/** What a small file is called for the moment in which it is written: nobody else has that name, and whose it is is seen. */
export const ownPartName = (file: string, entry: string): string =>
  beside(file, entry, `${process.pid}-${randomBytes(4).toString('hex')}.wherry-new`)

const ownPart = /\.[0-9a-f]{8}\.(\d+)-[0-9a-f]{8}\.wherry-new$/

/** What is so new may be another machine's, where a folder is shared. */
const freshMs = 1_000
/** So long nobody takes to write a small file, but for who was stopped. */
const longMs = 60 * 60 * 1_000

/** Removes from a folder what killed commands left of small files, as far as it can. */
export const removeLeft = async (folder: string): Promise<void> => {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const [, writer] = ownPart.exec(name) ?? []
    if (writer === undefined) continue
    const path = join(folder, name)
    const found = await look(path)
    if (!found?.isFile()) continue
    // Not when it was modified: it has the date of its file by then.
    const age = Date.now() - found.ctimeMs
    if (age > (isRunning(Number(writer)) ? longMs : freshMs)) await removeFile(path).catch(() => {})
  }
}

/** Also where there is none, even where none can be removed. Half the system calls of rm(). */
export const removeFile = async (path: string): Promise<void> => {
  await unlink(path).catch(async error => {
    if (!isGone(error) && (await look(path))) throw error
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
