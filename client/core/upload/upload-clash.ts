import type { Entry } from '../../../protocol/values.ts'
import type { UploadRecord } from './upload-items.ts'
import type { UploadTools } from './upload-tools.ts'

/** The name is taken: what was asked for this file says what becomes of it. */
export const meetClash = (
  { items }: UploadTools,
  record: UploadRecord,
  entry: Entry | null,
  digest: string | null,
  error: Parameters<typeof items.fail>[1],
): void => {
  if (entry && digest !== null && entry.digest === digest) {
    const { size } = record.shown
    items.update(record, {
      ...{ state: 'done', entry, unchanged: true },
      ...{ checkedBytes: size, storedBytes: size, reusedBytes: size },
    })
  } else if (record.onClash === 'ask') items.update(record, { state: 'clash', entry })
  else if (record.onClash === 'skip') items.update(record, { state: 'cancelled', entry })
  else items.update(record, { state: 'failed', entry, error })
}
