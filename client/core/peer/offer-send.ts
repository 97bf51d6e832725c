import type { HubClient, TransferLink } from '../api.ts'
import { createRoom, type OwnRoom } from './own-room.ts'

/** Opens a room, or the one of this id again, and offers it to the person with this address for as long as nobody came; then it is theirs only. */
export const offerSend = async (
  client: HubClient & TransferLink,
  email: string,
  ...[id, options]: [id?: string, options?: Parameters<typeof createRoom>[2]]
): Promise<OwnRoom> => {
  const own = await createRoom(client, id, options)
  const offer = () => client.call('room.offer', { room: own.room.id, email })
  const again = () => void offer().catch(() => {})
  if (own.slot !== null)
    await offer().catch(async error => {
      await own.room.leave()
      throw error
    })
  else await offer().catch(() => {})
  // A restarted hub has forgotten it.
  for (const stop of [own.onSlot(again), own.onReturn(again)]) own.room.onEnd(stop)
  return own
}
