import { isReason } from '../../../protocol/errors.ts'
import type { TransferLink } from '../api.ts'

/** Ids of the files below a folder that are damaged on the hub: uploading one again heals it. An older hub tells of none. */
export const damagedFiles = async (
  link: Pick<TransferLink, 'call'>,
  folder: string,
): Promise<ReadonlySet<string>> => {
  const damaged = new Set<string>()
  let after: string | null = null
  try {
    do {
      const page: { entries: string[]; next: string | null } = await link.call('folder.findDamaged', {
        folder,
        after,
      })
      for (const id of page.entries) damaged.add(id)
      after = page.next
    } while (after !== null)
  } catch (error) {
    if (!isReason(error, 'unknown_call')) throw error
  }
  return damaged
}
