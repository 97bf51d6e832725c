import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Source } from '../core/api.ts'
import { modifiedAt } from './modified-at.ts'

/** A file of this machine as it is now. Reading it fails with `conflict` once it is another, longer, shorter or newer. */
export const fileSource = (file: string): Source => {
  const first = statSync(file)
  let handle: Promise<FileHandle> | null = null

  const check = (now: Stats) => {
    if (now.size !== first.size || now.mtimeMs !== first.mtimeMs || now.ino !== first.ino) throw changed()
  }

  const readLarge = async (start: number, length: number, into: Uint8Array) => {
    handle ??= open(file)
    const opened = await handle
    for (let done = 0; done < length; ) {
      const { bytesRead } = await opened.read(into, done, length - done, start + done)
      if (bytesRead === 0) throw changed()
      done += bytesRead
    }
    check(await opened.stat())
    return into.subarray(0, length)
  }

  return {
    name: basename(file),
    size: first.size,
    modifiedAt: modifiedAt(first),
    identity: `${first.dev}:${first.ino}`,
    async read(start, length, into) {
      if (length === 0) check(await stat(file))
      if (length === 0) return new Uint8Array(0)
      // Four calls to a small file take less time than one trip to a thread.
      if (first.size <= limits.chunkMinBytes) return readSmall(file, start, length, check)
      return readLarge(start, length, into ?? new Uint8Array(length))
    },
    async close() {
      const opened = await handle?.catch(() => null)
      handle = null
      await opened?.close()
    },
  }
}

const changed = () => new WherryError('conflict', 'The file changed while it was uploaded.')

const readSmall = (file: string, start: number, length: number, check: (now: Stats) => void): Uint8Array => {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = new Uint8Array(length)
    if (readSync(descriptor, bytes, 0, length, start) < length) throw changed()
    check(fstatSync(descriptor))
    return bytes
  } finally {
    closeSync(descriptor)
  }
}
