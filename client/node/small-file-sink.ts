import type { Stats } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
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

/**
 * Keeps the bytes in memory until they are all there, and writes them at once, under a name that is its own: no other command
 * is to be kept out, and of several at once each brings the file, or finds it. As few system calls as that takes: with a lock
 * and a part as large files have them, it was three times as slow.
 */
export const smallFileSink = ({ file, entry, overwrite }: Place): Sink => {
  let chunks: readonly ChunkRef[] = []
  let content = new Uint8Array(0)
  let old: Stats | null = null
  let isHere = false

  const isBrought = async (): Promise<boolean> =>
    isContent(file, await stat(file).catch(() => null), chunks, () => {})

  const name = async (part: string): Promise<void> => {
    if (overwrite) return rename(part, file)
    await nameNew(part, file).catch(async error => {
      await removeFile(part)
      if (!(isReason(error, 'name_taken') && (await isBrought()))) throw error
    })
  }

  const bring = async (modifiedAt: number): Promise<void> => {
    const part = ownPartName(file, entry)
    // It may be for nobody else to read, not even before it is whole.
    const mode = old ? old.mode & 0o777 : usualMode
    const handle = await open(part, 'wx', mode)
    try {
      await writeAll(handle, content, 0)
      if (old) await setMode(handle, mode)
      await handle.utimes(...datesOf(modifiedAt))
    } catch (error) {
      await removeFile(part)
      throw error
    } finally {
      await handle.close()
    }
    await name(part)
  }

  return {
    async has(wanted, compared) {
      chunks = wanted
      old = await stat(file).catch(() => null)
      isHere = await isContent(file, old, chunks, adding(compared))
      if (isHere) return new Set(chunks.keys())
      if (old && !overwrite) throw nameTaken()
      content = new Uint8Array(sizeOf(chunks))
      return new Set()
    },
    async write(_index, position, bytes) {
      content.set(bytes, position)
    },
    async finish({ modifiedAt }) {
      // Of when it was larger.
      await removeFile(partName(file, entry))
      if (!isHere) await bring(modifiedAt)
      else if (overwrite) await setDate(file, modifiedAt)
    },
    async stop() {
      content = new Uint8Array(0)
    },
  }
}
