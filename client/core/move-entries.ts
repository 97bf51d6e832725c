import { isReason } from '../../protocol/errors.ts'
import type { ParamsInput, Result } from '../../protocol/table.ts'
import type { HubClient } from './api.ts'

export type Moving = Omit<ParamsInput<'entry.move'>, 'tellDropped'>

/** Moves entries, and tells how many grants that took back; an older hub tells of none. */
export const moveEntries = async (
  client: Pick<HubClient, 'call'>,
  moving: Moving,
): Promise<Required<Result<'entry.move'>>> => {
  try {
    const { entries, droppedGrants = 0 } = await client.call('entry.move', { ...moving, tellDropped: true })
    return { entries, droppedGrants }
  } catch (error) {
    if (!isReason(error, 'invalid_params') || error.details.field !== 'tellDropped') throw error
    return { ...(await client.call('entry.move', moving)), droppedGrants: 0 }
  }
}
