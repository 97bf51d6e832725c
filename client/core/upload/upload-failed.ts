import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { UploadRecord } from './upload-items.ts'
import { shownError } from './upload-record.ts'
import type { UploadTools } from './upload-tools.ts'

/** Fails an upload. Where the folder that it was for is gone, it says so soon after: no other try can succeed for now. */
export const failUpload = (tools: UploadTools, record: UploadRecord, error: unknown): void => {
  tools.items.fail(record, shownError(error))
  if (isReason(error, 'not_found', 'cancelled')) void sayIfGone(tools, record)
}

const sayIfGone = async ({ items, folders }: UploadTools, record: UploadRecord): Promise<void> => {
  const { error, folder } = record.shown
  if (!(await folders.isGone(folder)) || record.shown.error !== error) return
  const words = 'The folder it was going to was deleted, or you may not see it any more.'
  items.fail(record, new WherryError('not_found', words, { folderGone: true }))
}

/** To be asked when rights may have changed: what failed for want of its folder may be tried again if that is there. */
export const sayIfBack = async ({ items, folders }: UploadTools): Promise<void> => {
  const look = async (record: UploadRecord) => {
    const { error, folder } = record.shown
    if (error?.details.folderGone !== true) return
    if ((await folders.isGone(folder)) || record.shown.error !== error) return
    items.fail(record, new WherryError('not_found', 'The folder it was going to is there again.'))
  }
  await Promise.all(items.pick().map(look))
}
