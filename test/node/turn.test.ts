import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRtc, type Rtc } from '../../client/node/peer/rtc/rtc.ts'
import { type RoomsRig, roomsRig } from '../server/rooms-rig.ts'
import { type Coturn, coturnProgram, startCoturn } from '../support/coturn.ts'
import { turned } from '../support/turned.ts'

const name = coturnProgram ? 'through coturn' : 'through coturn (skipped: coturn is not installed)'

describe.skipIf(!coturnProgram)(name, () => {
  let coturn: Coturn
  let rig: RoomsRig
  let rtc: Rtc

  beforeAll(async () => {
    const loaded = await loadRtc()
    if (!loaded) throw new Error('node-datachannel has no binary here')
    rtc = loaded
    coturn = await startCoturn()
    rig = await roomsRig(coturn.environment)
  })
  afterAll(async () => {
    await rtc?.close()
    await rig?.hangUp()
    await rig?.hub.remove()
    await coturn?.stop()
  })

  test('a member of a room gets credentials that the TURN server takes, and bytes go through it', async () => {
    const { receiver, room } = await rig.pair()
    const servers = await receiver.call('room.turn', { room })
    expect(servers.turn?.urls).toEqual([coturn.environment.WHERRY_TURN_URL])
    // Longer than what the library needs to lock up, to be found locked up, and to be started anew.
    const found = await turned(rtc.make, servers, 90_000)
    expect(found?.arrived, coturn.output()).toBe(true)
    expect(found?.kinds).toEqual(['turned', 'turned'])
    expect(coturn.output()).toContain(`user <${servers.turn?.username}>`)
  })

  test('credentials of somebody else are refused, so that there is no way', async () => {
    const { receiver, room } = await rig.pair()
    const { stun, turn } = await receiver.call('room.turn', { room })
    if (!turn) throw new Error('no TURN server')
    expect(await turned(rtc.make, { stun, turn: { ...turn, credential: 'guessed' } }, 3_000)).toBeNull()
  })

  test('nobody outside of a room is given credentials', async () => {
    const [guest, { room }] = [await rig.guest(), await rig.pair()]
    await expect(guest.call('room.turn', { room })).rejects.toMatchObject({ reason: 'unauthenticated' })
  })
})
