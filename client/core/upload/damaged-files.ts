import { isReason } from '../../../protocol/errors.ts'
import { allPages } from '../all-pages.ts'
import type { TransferLink } from '../api.ts'

/** Ids of the files below a folder that are damaged on the hub: uploading one again heals it. An older hub tells of none. */
export const damagedFiles = async (
  link: Pick<TransferLink, 'call'>,
  folder: string,
): Promise<ReadonlySet<string>> => {
  try {
    return new Set(
      await allPages(async (after: string | null) => {
        const { entries, next } = await link.call('folder.findDamaged', { folder, after })
        return { items: entries, next }
      }),
    )
  } catch (error) {
    if (isReason(error, 'unknown_call')) return new Set()
    throw error
  }
}
