import { isReason } from '../../../protocol/errors.ts'
import type { Person } from '../../../protocol/values.ts'
import type { HubClient, Stop } from '../api.ts'
import { createListeners } from '../listeners.ts'

/** Something that a person of this hub wants to send to the user: acceptRoom() answers, or decline(). */
export type SendOffer = { readonly room: string; readonly from: Person }

export type SendOffers = {
  /** What waits for an answer, in the order in which it came. */
  readonly list: readonly SendOffer[]
  onChange(listener: () => void): Stop
  /** Ends it for both. */
  decline(room: string): Promise<void>
  stop: Stop
}

/** What people of this hub want to send to the user, now and from now on. */
export const watchOffers = (client: Pick<HubClient, 'on' | 'call' | 'state' | 'onState'>): SendOffers => {
  const changes = createListeners<void>()
  let list: readonly SendOffer[] = []
  const set = (next: readonly SendOffer[]) => {
    list = next
    changes.emit()
  }
  const without = (room: string) => list.filter(offer => offer.room !== room)
  const add = (offer: SendOffer) => set([...without(offer.room), offer])
  /** Those that came before this connection. One that ends while they are listed is refused when it is accepted. */
  const look = async () => {
    const { offers } = await client.call('room.listOffers', {})
    for (const offer of offers) add(offer)
  }
  const stops = [
    client.on('room.offered', add),
    client.on('room.left', ({ room, reason }) => {
      if (reason !== 'away' && list.some(offer => offer.room === room)) set(without(room))
    }),
    client.onState(state => {
      // What ended meanwhile is not told.
      if (state !== 'live' && list.length > 0) set([])
      if (state === 'live') look().catch(() => {})
    }),
  ]
  if (client.state === 'live') look().catch(() => {})
  return {
    get list() {
      return list
    },
    onChange: changes.add,
    async decline(room) {
      set(without(room))
      await client.call('room.leave', { room }).catch(error => {
        if (!isReason(error, 'not_found')) throw error
      })
    },
    stop() {
      for (const stop of stops) stop()
    },
  }
}
