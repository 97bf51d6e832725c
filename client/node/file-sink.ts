import { hash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, link, lstat, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import { nameEndingIn } from '../../protocol/names.ts'
import type { Sink } from '../core/api.ts'
import { chunksIn, copyChunks, isOf, writeAll } from './file-chunks.ts'
import { awaitFileLock } from './file-lock.ts'
import { isGone, isThere } from './peer/write-errors.ts'

/** A name beside a file: its own as far as that fits, and something of its entry, so that it is no other file of somebody's. */
const beside = (file: string, entry: string, ending: string): string =>
  join(dirname(file), nameEndingIn(basename(file), `.${hash('sha256', entry).slice(0, 8)}.${ending}`))

/** What a file is called until it is whole; not even an earlier part that was uploaded has that name. */
export const partName = (file: string, entry: string): string => beside(file, entry, 'wherry-part')

const nothing = async () => {}

/** Another command is done with a file that is not large within so many milliseconds. */
const smallWithinMs = 10_000

/**
 * A file of this machine for an entry of the hub. It is written beside its name and gets it when it is whole; a later run
 * finds what is there by hashing it, also in the file that is to be replaced. Where the file has this very content, it stays;
 * where it has another, `has` fails with `name_taken` unless told to overwrite it, and with `busy` while another command
 * writes to that place. What replaces a file has its mode. Written, not flushed to the disk: as `cp` does.
 */
export const fileSink = (file: string, entry: string, { overwrite = false } = {}): Sink => {
  const part = partName(file, entry)
  let handle: FileHandle | null = null
  let release = nothing
  let size = 0
  let mode: number | null = null
  let isHere = false

  const opened = (): FileHandle => {
    if (!handle) throw new Error('the sink was not asked what it has')
    return handle
  }

  /** Smaller ones are whole or nothing. */
  const isLarge = () => size >= limits.chunkMinBytes

  /**
   * Beside the part, so that commands meet there by whatever path and for whatever user they come. Where no lock can be kept,
   * nobody is kept out.
   */
  const takePlace = async (): Promise<void> => {
    if (!(await look(dirname(file)))) return
    const lock = beside(file, entry, 'wherry-lock')
    const taken = await awaitFileLock(lock, isLarge() ? 0 : smallWithinMs).catch(() => nothing)
    if (!taken) throw placeTaken()
    release = taken
  }

  const stop = async (keep: boolean): Promise<void> => {
    const isOwn = handle !== null && (await isStill(part, handle))
    await handle?.close()
    handle = null
    if (isOwn && !(keep && isLarge())) await rm(part, { force: true })
    await release()
    release = nothing
  }

  return {
    async has(chunks, compared) {
      let comparedBytes = 0
      const looked = (bytes: number) => {
        comparedBytes += bytes
        compared?.(comparedBytes)
      }
      await stop(true)
      size = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
      await takePlace()
      const old = await stat(file).catch(() => null)
      isHere = old?.isFile() === true && old.size === size && (await isOf(file, chunks, looked))
      if (isHere) {
        await rm(part, { force: true })
        return new Set(chunks.keys())
      }
      if (old && !overwrite) throw nameTaken()
      handle = await openPart(part, isLarge())
      // It may be for nobody else to read, not even before it is whole.
      mode = old && old.mode & 0o777
      if (mode !== null) await setMode(handle, mode | 0o600)
      const there = await chunksIn(handle, chunks, looked)
      if (old && there.size < chunks.length) await copyChunks(file, handle, chunks, there, looked)
      return there
    },
    async write(_index, position, bytes) {
      await writeAll(opened(), bytes, position)
    },
    async finish({ modifiedAt }) {
      // Not as a number: below zero, before 1970, Node takes one for now.
      const date = new Date(modifiedAt)
      if (isHere) {
        if (overwrite) await utimes(file, date, date)
      } else {
        await opened().truncate(size)
        if (mode !== null) await setMode(opened(), mode)
        if (!(await isStill(part, opened()))) throw placeTaken()
        await opened().utimes(date, date)
        if (overwrite) await rename(part, file)
        else await nameNew(part, file)
        await opened().close()
        handle = null
      }
      await release()
    },
    stop,
  }
}

const placeTaken = () => new WherryError('busy', 'another command is downloading to that place')

/**
 * Opens the part of an earlier run, or a new one. Nothing is written into a part that has another name too: that of its file,
 * which a killed run had given it already, or that of somebody's copy.
 */
const openPart = async (part: string, goesOn: boolean): Promise<FileHandle> => {
  const found = await look(part)
  if (found && goesOn && found.nlink <= 1) return open(part, 'r+')
  if (found) await rm(part, { force: true })
  return open(part, 'wx+')
}

/** Only where it is another: some file systems have one for all. */
const setMode = async (handle: FileHandle, mode: number): Promise<void> => {
  if (((await handle.stat()).mode & 0o777) !== mode) await handle.chmod(mode)
}

const look = (path: string): Promise<Stats | null> => lstat(path).catch(() => null)

/** Nobody has taken its name away, or put another file there. */
const isStill = async (path: string, handle: FileHandle): Promise<boolean> =>
  (await look(path))?.ino === (await handle.stat()).ino

/** Takes away the second name of a file that is whole, which a run leaves that is killed before it does so itself. */
export const removeTwin = async (file: string, entry: string): Promise<void> => {
  const part = partName(file, entry)
  const found = await look(part)
  if (found && found.ino === (await look(file))?.ino) await rm(part, { force: true })
}

const nameTaken = (cause?: unknown) =>
  new WherryError('name_taken', 'there is another file of that name here; --force replaces it', {}, { cause })

/** Gives a file a name that nobody has: linking fails where renaming would overwrite. */
const nameNew = async (part: string, file: string): Promise<void> => {
  try {
    await link(part, file)
  } catch (error) {
    if (isThere(error)) throw nameTaken(error)
    if (isGone(error)) throw placeTaken()
    return renameIfFree(part, file)
  }
  await rm(part, { force: true })
}

/** For file systems without links. */
const renameIfFree = async (part: string, file: string): Promise<void> => {
  const claimed = await open(file, 'wx').catch(error => {
    throw isThere(error) ? nameTaken(error) : error
  })
  await claimed.close()
  await rename(part, file).catch(async error => {
    await rm(file, { force: true })
    throw error
  })
}
