import { isReason } from '../../../protocol/errors.ts'
import type { Timers } from '../../core/api.ts'
import { newId } from '../../core/new-id.ts'
import type { ByPerson, Secret } from '../../core/peer/api.ts'
import { offerSend } from '../../core/peer/offer-send.ts'
import { createRoom, type OwnRoom } from '../../core/peer/own-room.ts'
import { drawSecrets } from '../../core/peer/pairing/code.ts'
import type { Client } from '../cli/session.ts'
import type { KeptSend } from './kept-sends.ts'
import type { trustedDevices } from './trusted-devices.ts'

/** The room of a send, and what whoever comes there has to prove. */
export type SendRoom = {
  own: OwnRoom
  secrets: readonly Secret[] | readonly [ByPerson]
}

type Sending = { client: Client; timers: Timers }

/** For a person of the hub: offered to them for as long as nobody came. */
export const openRoomFor = async (
  { client, timers, devices }: Sending & { devices: ReturnType<typeof trustedDevices> | null },
  to: string,
  kept: KeptSend['room'] | undefined,
): Promise<SendRoom> => {
  const secrets = [{ via: 'person', trusted: (await devices?.list()) ?? [] }] as const
  if (kept) {
    const isMet = isPaired(kept.secrets)
    const own = await offerSend(client, to, kept.id, { timers, isMet }).catch(unlessTaken)
    if (own && isMet) return { own, secrets: kept.secrets }
    if (own && (own.slot !== null || own.room.present)) return { own, secrets }
    await own?.room.leave()
  }
  return { own: await offerSend(client, to, newId(), { timers }), secrets }
}

/** Null for a room that is somebody else's by now. */
const unlessTaken = (error: unknown): null => {
  if (isReason(error, 'conflict')) return null
  throw error
}

/** The two met in an earlier run. */
export const isPaired = (secrets: readonly (Secret | ByPerson)[]): boolean =>
  secrets.some(({ via }) => via === 'again')

/** The room of an earlier run if somebody can still come to it, else a new one. */
export const openSendRoom = async (
  { client, timers }: Sending,
  kept: KeptSend['room'] | undefined,
): Promise<SendRoom> => {
  if (kept) {
    const own = await createRoom(client, kept.id, { timers, isMet: isPaired(kept.secrets) }).catch(
      unlessTaken,
    )
    const isComeMeanwhile = own?.room.present === true && !kept.isMet
    if (own && (isPaired(kept.secrets) || own.slot !== null || isComeMeanwhile))
      return { own, secrets: kept.secrets }
    await own?.room.leave()
  }
  return { own: await createRoom(client, newId(), { timers }), secrets: await drawSecrets() }
}
