import { lstatSync } from 'node:fs'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { PeerSource } from '../../core/peer/api.ts'
import { printable } from '../cli/output.ts'
import { fileSource } from '../file-source.ts'
import { modifiedAt } from '../modified-at.ts'
import { whyOf } from '../why-of.ts'

/** A file of this machine as it is now, to be sent under `path`. Once it is another, or gone, reading it fails with `file_changed`. */
export const peerFileSource = (file: string, path: readonly string[]): PeerSource => {
  const source = fileSource(file)
  return {
    file: { path, kind: 'file', size: source.size, modifiedAt: source.modifiedAt },
    async read(start, length, into) {
      try {
        return await source.read(start, length, into)
      } catch (error) {
        throw readFailure(error, printable(path.join('/')))
      }
    },
    close: async () => source.close?.(),
  }
}

const readFailure = (error: unknown, name: string): WherryError => {
  const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  if (isGone || isReason(error, 'conflict'))
    return new WherryError('file_changed', `"${name}" changed while it was sent.`, {}, { cause: error })
  return new WherryError('internal', `"${name}" cannot be read: ${whyOf(error)}`, {}, { cause: error })
}

/** A folder without anything in it: only its name travels. */
export const emptyFolderSource = (folder: string, path: readonly string[]): PeerSource => ({
  file: { path, kind: 'folder', size: 0, modifiedAt: modifiedAt(lstatSync(folder)) },
  read: async () => new Uint8Array(0),
})
