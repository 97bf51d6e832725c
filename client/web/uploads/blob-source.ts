import { WherryError } from '../../../protocol/errors.ts'
import type { Source } from '../../core/api.ts'
import { blobReader } from './blob-reader.ts'

/** A browser's File as something to upload. Browsers refuse to begin reading a file that changed since it was chosen. */
export const blobSource = (file: File): Source => {
  const reader = blobReader(file)
  return {
    name: file.name,
    size: file.size,
    modifiedAt: file.lastModified,
    identity: null,
    changedAt: null,
    async read(start, length, into) {
      try {
        if (length > 0) return await reader.read(start, length, into)
        // For no bytes at all a browser does not look at the file.
        await file.slice(0, 1).arrayBuffer()
        return new Uint8Array(0)
      } catch (cause) {
        throw new WherryError(
          'conflict',
          'The file changed or went away while it was uploaded.',
          {},
          { cause },
        )
      }
    },
    async close() {
      reader.close()
    },
  }
}
