import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { UploadRecord } from './upload-items.ts'
import { shownError } from './upload-record.ts'
import type { UploadTools } from './upload-tools.ts'

/** Fails an upload. Where the folder that it was for is gone, it says so soon after: no other try can succeed then. */
export const failUpload = (tools: UploadTools, record: UploadRecord, error: unknown): void => {
  tools.items.fail(record, shownError(error))
  if (isReason(error, 'not_found', 'cancelled')) void sayIfGone(tools, record)
}

const sayIfGone = async ({ items, folders }: UploadTools, record: UploadRecord): Promise<void> => {
  const { error, folder } = record.shown
  if (!(await folders.isGone(folder)) || record.shown.error !== error) return
  const words = 'The folder it was going to is not there any more.'
  items.fail(record, new WherryError('not_found', words, { folderGone: true }))
}
