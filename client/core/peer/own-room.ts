import type { Result } from '../../../protocol/table.ts'
import type { Stop } from '../api.ts'
import { createListeners } from '../listeners.ts'
import { newId } from '../new-id.ts'
import type { Room } from './api.ts'
import { type Client, openRoom, type RoomOptions } from './room.ts'

/** What leads a receiver to the room, until somebody came by it. */
export type RoomSlot = Pick<Result<'room.create'>, 'slot' | 'slotExpiresAt'>

export type OwnRoom = RoomSlot & {
  room: Room
  /** Another slot, or the same for longer: the hub was restarted before somebody came. */
  onSlot(listener: (slot: RoomSlot) => void): Stop
  /** Seated again after somebody came: the hub may have been restarted. */
  onReturn(listener: () => void): Stop
}

/**
 * Opens a room to send, or the one of this id again. Where the hub forgot it after somebody came (`isMet`: before this call),
 * it opens without a slot: the other side comes back by its id, and strangers are not to come instead.
 */
export const createRoom = async (
  client: Client,
  id: string = newId(),
  { isMet = false, ...options }: RoomOptions & { isMet?: boolean } = {},
): Promise<OwnRoom> => {
  const slots = createListeners<RoomSlot>()
  const returns = createListeners<void>()
  let current: RoomSlot = { slot: null, slotExpiresAt: null }
  let hasMet = isMet
  const met = (isThere: boolean) => {
    hasMet ||= isThere
  }
  const create = async (retry: boolean) => {
    const params = hasMet ? { room: id, slot: false } : { room: id }
    const { present, slot, slotExpiresAt } = await client.call('room.create', params, { retry })
    met(slot === null)
    // A restarted hub may draw the same number.
    const isNew = slot !== current.slot || slotExpiresAt !== current.slotExpiresAt
    current = { slot, slotExpiresAt }
    if (isNew && slot !== null) slots.emit(current)
    if (slot === null) returns.emit()
    return present
  }
  const room = await openRoom(
    client,
    async () => ({ room: id, present: await create(true) }),
    (_room, retry) => create(retry),
    options,
  )
  met(room.present)
  room.onPresence(met)
  return { room, ...current, onSlot: slots.add, onReturn: returns.add }
}
