import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Source } from '../core/api.ts'
import { modifiedAt } from './modified-at.ts'

/**
 * A file of this machine as it is now. Reading it fails with `conflict` once it is another or anything of it changed, also
 * where its date was set back.
 */
export const fileSource = (file: string): Source => {
  const first = statSync(file)
  let handle: Promise<FileHandle> | null = null

  const check = (now: Stats) => {
    if (now.size !== first.size || now.mtimeMs !== first.mtimeMs) throw changed()
    if (now.ino !== first.ino || now.ctimeMs !== first.ctimeMs) throw changed()
  }

  const readLarge = async (start: number, into: Uint8Array) => {
    handle ??= open(file)
    const opened = await handle
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await opened.read(into, done, into.length - done, start + done)
      if (bytesRead === 0) throw changed()
      done += bytesRead
    }
    check(await opened.stat())
  }

  return {
    name: basename(file),
    size: first.size,
    modifiedAt: modifiedAt(first),
    identity: `${first.dev}:${first.ino}`,
    changedAt: first.ctimeMs,
    async read(start, length, into) {
      if (length === 0) {
        checkEnd(file, first.size)
        check(await stat(file))
        return new Uint8Array(0)
      }
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length)
      // Four calls to a small file take less time than one trip to a thread.
      if (first.size > limits.chunkMinBytes) await readLarge(start, bytes)
      else readSmall(file, start, bytes, check)
      return bytes
    },
    async close() {
      const opened = await handle?.catch(() => null)
      handle = null
      await opened?.close()
    },
  }
}

const changed = () => new WherryError('conflict', 'The file changed while it was uploaded.')

/** Files of /proc and the like have content and say that they have none. */
const checkEnd = (file: string, size: number): void => {
  const descriptor = openSync(file, 'r')
  try {
    if (readSync(descriptor, new Uint8Array(1), 0, 1, size) > 0)
      throw new WherryError('conflict', 'There is more in the file than its size says.')
  } finally {
    closeSync(descriptor)
  }
}

const readSmall = (file: string, start: number, into: Uint8Array, check: (now: Stats) => void): void => {
  const descriptor = openSync(file, 'r')
  try {
    if (readSync(descriptor, into, 0, into.length, start) < into.length) throw changed()
    check(fstatSync(descriptor))
  } finally {
    closeSync(descriptor)
  }
}
