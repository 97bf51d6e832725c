import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from '../../../client/core/client.ts'
import { createRoom } from '../../../client/core/peer/own-room.ts'
import { joinRoom } from '../../../client/core/peer/room.ts'
import { fileCredentials } from '../../../client/node/credentials.ts'
import { nodeSocket } from '../../../client/node/socket.ts'
import { type HubProxy, hubProxy } from '../../support/hub-proxy.ts'
import { nextSignal, roomRig, whenPresent } from './room-rig.ts'

let rig: Awaited<ReturnType<typeof roomRig>>
let proxy: HubProxy
/** Answers that give a seat by a slot, which the proxy is to lose together with their connection. */
let toLose = 0
let lost = 0

beforeEach(async () => {
  rig = await roomRig()
  lost = 0
  proxy = await hubProxy(rig.hub.url, {
    pass(frame, to, passage) {
      const isSeat = to === 'client' && String(frame).includes('"result":{"room":')
      if (!isSeat || lost === toLose) return [frame]
      lost += 1
      passage.cut()
      return []
    },
  })
})
afterEach(async () => {
  rig.closeClients()
  await proxy.close()
  await rig.remove()
})

it('A code is still good when the answer that it led to the sender was lost, more than once', async () => {
  toLose = 2
  const user = await rig.user()
  const { room, slot } = await createRoom(user)
  const guest = createClient({
    url: `${proxy.url.replace('http', 'ws')}/ws`,
    socket: nodeSocket,
    credentials: fileCredentials(proxy.url, `${rig.hub.directory}/guest`),
    agent: 'test',
    retryDelayMs: () => 20,
  })
  try {
    const joined = await joinRoom(guest, { kind: 'slot', slot: slot ?? 0 })
    expect(lost).toBe(2)
    expect(joined.id).toBe(room.id)
    await whenPresent(room)
    await room.signal('found')
    expect(await nextSignal(joined)).toBe('found')
  } finally {
    guest.close()
  }
})
