import { isReason } from '../../protocol/errors.ts'
import type { HubClient } from './api.ts'

/** True for an entry that was deleted, or may not be seen any more. */
export const isGone = async (client: Pick<HubClient, 'call'>, entry: string): Promise<boolean> => {
  try {
    await client.call('entry.get', { entry })
    return false
  } catch (error) {
    return isReason(error, 'not_found')
  }
}
