import { hash } from 'node:crypto'
import { type FileHandle, link, open, rename, stat, unlink, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WherryError } from '../../protocol/errors.ts'
import { nameEndingIn } from '../../protocol/names.ts'
import type { Sink } from '../core/api.ts'
import { chunksIn, copyChunks, isOf, writeAll } from './file-chunks.ts'
import { isThere } from './peer/write-errors.ts'

/**
 * What a file is called until it is whole: its name as far as that fits, and something of its entry, so that it is no other
 * file of somebody's, not even an earlier part that was uploaded.
 */
export const partName = (file: string, entry: string): string => {
  const end = `.${hash('sha256', entry).slice(0, 8)}.wherry-part`
  return join(dirname(file), nameEndingIn(basename(file), end))
}

/**
 * A file of this machine for an entry of the hub. It is written beside its name and gets it when it is whole; a later run
 * finds what is there by hashing it, also in the file that is to be replaced. Where the file has this very content, it stays;
 * where it has another, `has` fails with `name_taken` unless told to overwrite it. Written, not flushed to the disk: as `cp`
 * does.
 */
export const fileSink = (file: string, entry: string, { overwrite = false } = {}): Sink => {
  const part = partName(file, entry)
  let handle: FileHandle | null = null
  let size = 0
  let isHere = false

  const opened = (): FileHandle => {
    if (!handle) throw new Error('the sink was not asked what it has')
    return handle
  }

  return {
    async has(chunks) {
      size = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
      const old = await stat(file).catch(() => null)
      isHere = old?.isFile() === true && old.size === size && (await isOf(file, chunks))
      if (isHere) return new Set(chunks.keys())
      if (old && !overwrite) throw nameTaken()
      handle = await open(part, 'r+').catch(() => open(part, 'wx+'))
      const there = await chunksIn(handle, chunks)
      if (old && there.size < chunks.length) await copyChunks(file, handle, chunks, there)
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
        return
      }
      await opened().truncate(size)
      await opened().close()
      handle = null
      await utimes(part, date, date)
      if (overwrite) await rename(part, file)
      else await nameNew(part, file)
    },
    async stop(keep) {
      await handle?.close()
      const isBegun = handle !== null
      handle = null
      if (!keep && isBegun) await unlink(part)
    },
  }
}

const nameTaken = (cause?: unknown) =>
  new WherryError('name_taken', 'there is another file of that name here; --force replaces it', {}, { cause })

/** Gives a file a name that nobody has: linking fails where renaming would overwrite. */
const nameNew = async (part: string, file: string): Promise<void> => {
  try {
    await link(part, file)
  } catch (error) {
    if (!isThere(error)) return renameIfFree(part, file)
    throw nameTaken(error)
  }
  await unlink(part)
}

/** For file systems without links. */
const renameIfFree = async (part: string, file: string): Promise<void> => {
  const claimed = await open(file, 'wx').catch(error => {
    throw nameTaken(error)
  })
  await claimed.close()
  await rename(part, file)
}
