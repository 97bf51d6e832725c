import { WherryError } from '../../../protocol/errors.ts'
import type { Source } from '../../core/api.ts'
import { blobReader } from './blob-reader.ts'

/**
 * Chromium collects garbage when arrays take memory; it does not count the 20 KB that a Blob of a file costs its processes
 * until then, so that each Blob is made with an array that counts.
 */
const weightBytes = 64 * 1024

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
    // Chromium sends what lies in a file twice as fast as the memory of a page.
    unread(header, start, end) {
      const weight = new Uint8Array(weightBytes)
      weight.set(header)
      return new Blob([weight.subarray(0, header.length), file.slice(start, end)])
    },
    async close() {
      reader.close()
    },
  }
}
