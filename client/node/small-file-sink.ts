import type { Stats } from 'node:fs'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { isReason } from '../../protocol/errors.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import type { Sink } from '../core/api.ts'
import { writeAll } from './file-chunks.ts'
import {
  adding,
  datesOf,
  isContent,
  nameNew,
  nameTaken,
  ownPartName,
  type Place,
  partName,
  removeFile,
  setDate,
  setMode,
  sizeOf,
} from './file-place.ts'

/** What open() takes where nothing is said. */
const usualMode = 0o666

/** On a file system without links another command has an empty file there for less than that, see nameNew(). */
const claimedMs = 1_000
const lookAgainMs = 25

/**
 * Writes under a name that is its own: no other command has to be kept out, and of several at once each brings the file, or
 * finds it. Nothing is gone on with. As few system calls as that takes: with the lock and the part of large files it was twice
 * as slow.
 */
export const smallFileSink = ({ file, entry, overwrite }: Place): Sink => {
  let chunks: readonly ChunkRef[] = []
  let mode: number | null = null
  let isHere = false
  let part: { path: string; handle: FileHandle } | null = null

  const opened = () => {
    if (!part) throw new Error('the sink was not asked what it has')
    return part
  }

  /** What has the name, other than for a moment. */
  const present = async (): Promise<Stats | null> => {
    const end = performance.now() + claimedMs
    for (;;) {
      const found = await stat(file).catch(() => null)
      const isClaimed =
        found?.size === 0 && sizeOf(chunks) > 0 && Math.abs(Date.now() - found.ctimeMs) < claimedMs
      if (!isClaimed || performance.now() > end) return found
      await setTimeout(lookAgainMs)
    }
  }

  const isBrought = async (): Promise<boolean> => isContent(file, await present(), chunks, () => {})

  const stop = async (): Promise<void> => {
    const own = part
    part = null
    await own?.handle.close().catch(() => {})
    if (own) await removeFile(own.path)
  }

  const finishNew = async (modifiedAt: number): Promise<void> => {
    const { path, handle } = opened()
    if (mode !== null) await setMode(handle, mode)
    await handle.utimes(...datesOf(modifiedAt))
    await handle.close()
    if (overwrite) await rename(path, file)
    else await nameNew(path, file)
    part = null
  }

  return {
    async has(wanted, compared) {
      await stop()
      chunks = wanted
      const old = await present()
      isHere = await isContent(file, old, chunks, adding(compared))
      if (isHere) return new Set(chunks.keys())
      if (old && !overwrite) throw nameTaken()
      mode = old && old.mode & 0o777
      const path = ownPartName(file, entry)
      // It may be for nobody else to read, not even before it is whole.
      part = { path, handle: await open(path, 'wx', mode ?? usualMode) }
      return new Set()
    },
    async write(_index, position, bytes) {
      await writeAll(opened().handle, bytes, position)
    },
    async finish({ modifiedAt }) {
      // Of when it was larger.
      await removeFile(partName(file, entry))
      if (isHere) {
        if (overwrite) await setDate(file, modifiedAt)
        return
      }
      await finishNew(modifiedAt).catch(async error => {
        await stop()
        if (!(isReason(error, 'name_taken') && (await isBrought()))) throw error
      })
    },
    stop,
  }
}
