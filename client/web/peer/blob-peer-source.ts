import { WherryError } from '../../../protocol/errors.ts'
import type { PeerSource } from '../../core/peer/api.ts'
import { blobReader } from '../uploads/blob-reader.ts'

/** A browser's File as something to send. Browsers refuse to begin reading a file that changed since it was chosen. */
export const blobPeerSource = (file: File, path: readonly string[]): PeerSource => {
  const reader = blobReader(file)
  return {
    file: { path: [...path, file.name], kind: 'file', size: file.size, modifiedAt: file.lastModified },
    async read(start, length, into) {
      try {
        if (length > 0) return await reader.read(start, length, into)
        // For no bytes at all a browser does not look at the file.
        await file.slice(0, 1).arrayBuffer()
        return new Uint8Array(0)
      } catch (cause) {
        throw new WherryError('file_changed', undefined, {}, { cause })
      }
    },
    async close() {
      reader.close()
    },
  }
}

/** A folder without anything in it. Browsers do not tell its date. */
export const folderPeerSource = (path: readonly string[], modifiedAt: number): PeerSource => ({
  file: { path, kind: 'folder', size: 0, modifiedAt },
  read: async () => new Uint8Array(0),
})
