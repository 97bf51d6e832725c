import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HubClient, SocketFactory, Stop, TransferLink } from '../../../client/core/api.ts'
import { createClient } from '../../../client/core/client.ts'
import type { Room } from '../../../client/core/peer/api.ts'
import { fileCredentials } from '../../../client/node/credentials.ts'
import { nodeSocket } from '../../../client/node/socket.ts'
import { administrator, type HubProcess, hubProcess } from '../../support/hub-process.ts'

export type PeerClient = HubClient &
  TransferLink & {
    /** Ends the connection as a network does. `half`: only this side notices. */
    cut(half?: 'half'): void
  }

/** Node's socket, which can be cut. */
const cuttable = () => {
  let cutLatest: (isHalf: boolean) => void = () => {}
  const factory: SocketFactory = (url, protocol, events) => {
    const socket = nodeSocket(url, protocol, events)
    cutLatest = isHalf => {
      if (!isHalf) socket.close()
      events.close(1006, '')
    }
    return socket
  }
  return { factory, cut: (isHalf: boolean) => cutLatest(isHalf) }
}

/** A real hub in a process of its own, and clients of it: signed in, or guests. */
export const roomRig = async (environment: Record<string, string> = {}) => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-rooms-'))
  const hub: HubProcess = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    ...environment,
  })
  await hub.start()
  const clients: HubClient[] = []

  const open = (keptIn: string): PeerClient => {
    const socket = cuttable()
    const client = createClient({
      url: `ws://localhost:${hub.port}/ws`,
      socket: socket.factory,
      credentials: fileCredentials(hub.url, join(directory, keptIn)),
      agent: 'test',
      retryDelayMs: () => 20,
    })
    clients.push(client)
    return Object.assign(client, { cut: (half?: 'half') => socket.cut(half === 'half') })
  }

  return {
    hub,
    guest: () => open(`guest-${clients.length}`),
    async user() {
      const client = open('user')
      if ((await client.whenState('live', 'signedOut')) === 'signedOut')
        await client.signIn(administrator.email, administrator.password)
      return client
    },
    closeClients() {
      for (const client of clients.splice(0)) client.close()
    },
    async remove() {
      await hub.remove()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Resolves when the other side is there (again, if `after` was called when it was). */
export const whenPresent = (room: Room, present = true): Promise<void> =>
  new Promise(resolve => {
    if (room.present === present) return resolve()
    const stop: Stop = room.onPresence(now => {
      if (now !== present) return
      stop()
      resolve()
    })
  })

export const nextSignal = (room: Room): Promise<string> =>
  new Promise(resolve => {
    const stop: Stop = room.onSignal(envelope => {
      stop()
      resolve(envelope)
    })
  })

export const whenEnded = (room: Room): Promise<string> =>
  new Promise(resolve => room.onEnd(error => resolve(error.reason)))
