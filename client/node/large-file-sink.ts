import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Sink } from '../core/api.ts'
import { chunksIn, copyChunks, writeAll } from './file-chunks.ts'
import { tryFileLock } from './file-lock.ts'
import {
  adding,
  beside,
  datesOf,
  isContent,
  isStill,
  look,
  nameNew,
  nameTaken,
  type Place,
  partName,
  placeTaken,
  removeFile,
  setDate,
  setMode,
  sizeOf,
} from './file-place.ts'

const nothing = async () => {}

/** Writes into a part that a later run goes on with. It finds what is there by hashing it, also in the file that is replaced. */
export const largeFileSink = ({ file, entry, overwrite }: Place): Sink => {
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

  /**
   * Beside the part, so that commands meet there by whatever path and for whatever user they come. Where no lock can be kept,
   * nobody is kept out.
   */
  const takePlace = async (): Promise<void> => {
    if (!(await look(dirname(file)))) return
    const lock = beside(file, entry, 'wherry-lock')
    const taken = await tryFileLock(lock).catch(() => nothing)
    if (!taken) throw placeTaken()
    release = taken
  }

  const stop = async (keep: boolean): Promise<void> => {
    const isOwn = handle !== null && (await isStill(part, handle))
    await handle?.close()
    handle = null
    if (isOwn && !keep) await removeFile(part)
    await release()
    release = nothing
  }

  return {
    async has(chunks, compared) {
      const looked = adding(compared)
      await stop(true)
      size = sizeOf(chunks)
      await takePlace()
      const old = await stat(file).catch(() => null)
      isHere = await isContent(file, old, chunks, looked)
      if (isHere) {
        await removeFile(part)
        return new Set(chunks.keys())
      }
      if (old && !overwrite) throw nameTaken()
      handle = await openPart(part)
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
      if (isHere) {
        if (overwrite) await setDate(file, modifiedAt)
      } else {
        await opened().truncate(size)
        if (mode !== null) await setMode(opened(), mode)
        if (!(await isStill(part, opened()))) throw placeTaken()
        await opened().utimes(...datesOf(modifiedAt))
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

/**
 * Opens the part of an earlier run, or a new one. Nothing is written into a part that has another name too: that of its file,
 * which a killed run had given it already, or that of somebody's copy.
 */
const openPart = async (part: string): Promise<FileHandle> => {
  const found = await look(part)
  if (found && found.nlink <= 1) return open(part, 'r+')
  if (found) await removeFile(part)
  return open(part, 'wx+')
}
