import { isReason, type WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { UploadRecord } from './upload-items.ts'
import type { UploadTools } from './upload-tools.ts'

/** The very file is there already. */
export const setUnchanged = ({ items }: UploadTools, record: UploadRecord, entry: Entry): void => {
  const { size } = record.shown
  items.update(record, {
    ...{ state: 'done', entry, unchanged: true },
    ...{ checkedBytes: size, storedBytes: size, reusedBytes: size, comingBytes: 0 },
  })
}

/** True if it was the name of a folder on the way that is taken, which is met here. */
export const meetTakenFolder = ({ items }: UploadTools, record: UploadRecord, error: unknown): boolean => {
  if (!isReason(error, 'name_taken') || typeof error.details.path !== 'string') return false
  const entry = (error.details.entry as Entry | undefined) ?? null
  const takenFolder = error.details.path
  if (record.onClash === 'ask') items.update(record, { state: 'clash', entry, takenFolder })
  else if (record.onClash === 'skip') items.update(record, { state: 'cancelled', entry, takenFolder })
  else items.fail(record, error)
  return true
}

/** The name is taken: what was asked for this file says what becomes of it. */
export const meetClash = (
  tools: UploadTools,
  record: UploadRecord,
  entry: Entry | null,
  digest: string | null,
  error: WherryError,
): void => {
  const { items } = tools
  if (entry && digest !== null && entry.digest === digest) setUnchanged(tools, record, entry)
  else if (record.onClash === 'ask') items.update(record, { state: 'clash', entry })
  else if (record.onClash === 'skip') items.update(record, { state: 'cancelled', entry })
  else items.update(record, { state: 'failed', entry, error })
}
