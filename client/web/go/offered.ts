import { msg } from '@lit/localize'
import { WherryError } from '../../../protocol/errors.ts'
import type { HubClient } from '../../core/api.ts'
import type { ByPerson } from '../../core/peer/api.ts'
import { origin } from '../../core/peer/trusted-people.ts'
import { trustedDevices } from '../peer/trusted-devices.ts'

/** To something that a person of this hub offers to the account that is signed in here. */
export type OfferedWay = {
  room: string
  secret: ByPerson
  person: { account: string; name: string; sender: string }
}

/** The room of `offer-...`; null for a code or link. */
export const offeredRoom = (text: string): string | null =>
  /^offer-([A-Za-z0-9_-]{22})$/.exec(text)?.[1] ?? null

/** Throws `invalid_params` with a sentence where nothing waits any more. */
export const offeredWay = async (client: HubClient, room: string): Promise<OfferedWay> => {
  const { offers } = await client.call('room.listOffers', {})
  const offer = offers.find(one => one.room === room)
  const account = client.user?.id
  if (!offer || !account)
    throw new WherryError('invalid_params', msg('This send is over. Ask for another one.'))
  const name = origin(offer.from)
  return {
    room,
    secret: { via: 'person', trusted: await trustedDevices(account, name) },
    person: { account, name, sender: offer.from.name },
  }
}
