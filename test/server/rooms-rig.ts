import { randomBytes } from 'node:crypto'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { type RawClient, rawClient, signedInClient } from '../support/raw-client.ts'

export const newId = (): string => randomBytes(16).toString('base64url')

export const bob = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }

type SignedIn = Awaited<ReturnType<typeof signedInClient>>

export type RoomsRig = {
  hub: TemporaryHub
  /** What the hub's clock is ahead of ours, in milliseconds. */
  clock: { aheadMs: number }
  guest(): Promise<RawClient>
  user(account?: { email: string; password: string }): ReturnType<typeof signedInClient>
  /** A sender (the administrator) and a guest in one room. */
  pair(): Promise<{ sender: SignedIn; receiver: RawClient; room: string; slot: number }>
  /** Ends all connections: for after each test. */
  hangUp(): Promise<void>
}

/** A hub for tests of rooms. */
export const roomsRig = async (environment: Record<string, string> = {}): Promise<RoomsRig> => {
  const clock = { aheadMs: 0 }
  let clients: RawClient[] = []
  const hub = await temporaryHub(environment, { clock: () => Date.now() + clock.aheadMs })
  const following = <C extends RawClient>(client: C): C => {
    clients.push(client)
    return client
  }
  const guest = async () => following(await rawClient(hub.socketUrl))
  const user: RoomsRig['user'] = async account => following(await signedInClient(hub.socketUrl, account))
  return {
    hub,
    clock,
    guest,
    user,
    hangUp: async () => {
      const closing = clients
      clients = []
      for (const client of closing) client.close()
      await Promise.all(closing.map(client => client.closed))
      clock.aheadMs = 0
    },
    pair: async () => {
      const [sender, receiver, room] = [await user(), await guest(), newId()]
      const { slot } = await sender.call('room.create', { room })
      await receiver.call('room.join', { by: { kind: 'slot', slot: slot ?? 0 } })
      await sender.event('room.joined')
      return { sender, receiver, room, slot: slot ?? 0 }
    },
  }
}

export const bySlot = (slot: number | null) => ({ by: { kind: 'slot' as const, slot: slot ?? 0 } })
export const byRoom = (room: string) => ({ by: { kind: 'room' as const, room } })
