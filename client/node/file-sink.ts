import { createHash, hash } from 'node:crypto'
import { type FileHandle, link, open, rename, unlink, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WherryError } from '../../protocol/errors.ts'
import { nameEndingIn } from '../../protocol/names.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import type { Sink } from '../core/api.ts'

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
 * finds what is there by hashing it, also in the file that is to be replaced. Fails with `name_taken` instead of overwriting
 * unless told to. Written, not flushed to the disk: as `cp` does.
 */
export const fileSink = (file: string, entry: string, { overwrite = false } = {}): Sink => {
  const part = partName(file, entry)
  let handle: FileHandle | null = null
  let size = 0

  const opened = (): FileHandle => {
    if (!handle) throw new Error('the sink was not asked what it has')
    return handle
  }

  return {
    async has(chunks) {
      handle = await open(part, 'r+').catch(() => open(part, 'wx+'))
      size = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
      const there = await scan(handle, chunks, new Set())
      if (overwrite && there.size < chunks.length) await reuse(file, handle, chunks, there)
      return there
    },
    async write(_index, position, bytes) {
      await writeAll(opened(), bytes, position)
    },
    async finish({ modifiedAt }) {
      await opened().truncate(size)
      await opened().close()
      handle = null
      // Not as a number: below zero, before 1970, Node takes one for now.
      const date = new Date(modifiedAt)
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

const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** The chunks, but for those in `known`, whose bytes are at their place; `found` is given each. */
const scan = async (
  handle: FileHandle,
  chunks: readonly ChunkRef[],
  known: ReadonlySet<number>,
  found?: (bytes: Uint8Array, position: number) => Promise<void>,
): Promise<Set<number>> => {
  const there = new Set<number>()
  const { size } = await handle.stat()
  let buffer = new Uint8Array(0)
  let position = 0
  for (const [index, chunk] of chunks.entries()) {
    const start = position
    position += chunk.size
    if (known.has(index) || position > size) continue
    if (buffer.length < chunk.size) buffer = new Uint8Array(chunk.size)
    const { bytesRead } = await handle.read(buffer, 0, chunk.size, start)
    const bytes = buffer.subarray(0, bytesRead)
    if (bytesRead < chunk.size || sha256(bytes) !== chunk.hash) continue
    await found?.(bytes, start)
    there.add(index)
  }
  return there
}

/** Copies what the file that is to be replaced has at the same place. */
const reuse = async (
  file: string,
  part: FileHandle,
  chunks: readonly ChunkRef[],
  there: Set<number>,
): Promise<void> => {
  const old = await open(file).catch(() => null)
  if (!old) return
  try {
    const copy = (bytes: Uint8Array, position: number) => writeAll(part, bytes, position)
    for (const index of await scan(old, chunks, there, copy)) there.add(index)
  } finally {
    await old.close()
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Gives a file a name that nobody has: linking fails where renaming would overwrite. */
const nameNew = async (part: string, file: string): Promise<void> => {
  try {
    await link(part, file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code !== 'EEXIST') return renameIfFree(part, file)
    throw new WherryError('name_taken', 'There is another file of that name here.', {}, { cause: error })
  }
  await unlink(part)
}

/** For file systems without links. */
const renameIfFree = async (part: string, file: string): Promise<void> => {
  const claimed = await open(file, 'wx').catch(error => {
    throw new WherryError('name_taken', 'There is another file of that name here.', {}, { cause: error })
  })
  await claimed.close()
  await rename(part, file)
}
