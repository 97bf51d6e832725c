import { isReason, WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { OnClash, UnfinishedUpload } from '../../../protocol/values.ts'
import type { Source, UploadItem, UploadRequest } from '../api.ts'
import { newId } from '../new-id.ts'
import type { UploadRecord } from './upload-items.ts'

/** The row of a file that was just added. Its id is that of its upload on the hub. */
export const newRecord = ({ source, folder, path, name, onClash }: UploadRequest): UploadRecord => {
  const id = newId()
  const shown: UploadItem = {
    ...{ id, upload: id, name, path: path.join('/'), folder, size: source.size, state: 'queued' },
    ...{ ...nothingDone, modifiedAt: source.modifiedAt },
  }
  return { ...newWork, shown, source, path, onClash, isOpen: false }
}

/** The row of an upload that the hub has unfinished. */
export const adoptedRecord = (
  upload: UnfinishedUpload,
  source: Source | null,
  onClash: UploadRequest['onClash'],
): UploadRecord => {
  const { id, name, folder, size, modifiedAt, storedBytes } = upload
  const shown: UploadItem = {
    ...{ id, upload: id, name, path: '', folder, size, state: source ? 'queued' : 'detached' },
    ...{ ...nothingDone, modifiedAt, storedBytes },
  }
  return { ...newWork, shown, source, path: [], onClash, isOpen: true }
}

const nothingDone = {
  ...{ checkedBytes: 0, storedBytes: 0, sentBytes: 0, reusedBytes: 0, comingBytes: 0 },
  ...{ error: null, entry: null, takenFolder: null, unchanged: false },
} as const

const newWork = { file: null, running: null, wish: 'run', mismatches: 0 } as const

/** Travels with others in one call: below the chunk minimum nothing is won by cutting. */
export const isSmall = ({ isOpen, source }: UploadRecord): boolean =>
  !isOpen && source !== null && source.size <= limits.chunkMinBytes

/** What the hub is told: asking people and skipping are the client's affair. */
export const wireClash = (onClash: UploadRequest['onClash']): OnClash =>
  onClash === 'ask' || onClash === 'skip' ? 'fail' : onClash

/** Any failure as what the queue shows: a source throws what it likes. */
export const shownError = (error: unknown): WherryError => {
  if (!isReason(error))
    return new WherryError('not_found', 'The file could not be read.', {}, { cause: error })
  // What the hub says of it is said of any call.
  if (error.reason === 'forbidden')
    return new WherryError('forbidden', 'You may not write there.', error.details)
  return error
}
