import { WherryError } from '../../../protocol/errors.ts'
import type { Source } from '../../core/api.ts'

/** A browser's File as something to upload. Browsers refuse to read a file that changed since it was chosen. */
export const blobSource = (file: File): Source => ({
  name: file.name,
  size: file.size,
  modifiedAt: file.lastModified,
  identity: null,
  async read(start, length) {
    try {
      return new Uint8Array(await file.slice(start, start + length).arrayBuffer())
    } catch (cause) {
      throw new WherryError('conflict', 'The file changed or went away while it was uploaded.', {}, { cause })
    }
  },
})
