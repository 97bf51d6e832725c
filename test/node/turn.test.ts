import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createListeners } from '../../client/core/listeners.ts'
import type { Carrier, SealedSignals } from '../../client/core/peer/api.ts'
import { directPaths } from '../../client/core/peer/direct.ts'
import type { PeerServers } from '../../client/core/peer/peer-connection.ts'
import { loadRtc, type Rtc } from '../../client/node/peer/rtc.ts'
import { type RoomsRig, roomsRig } from '../server/rooms-rig.ts'
import { type Coturn, coturnProgram, startCoturn } from '../support/coturn.ts'
import { turnedConnections } from '../support/turned-connections.ts'

const name = coturnProgram ? 'through coturn' : 'through coturn (skipped: coturn is not installed)'

describe.skipIf(!coturnProgram)(name, () => {
  let coturn: Coturn
  let rig: RoomsRig
  let rtc: Rtc

  beforeAll(async () => {
    coturn = await startCoturn()
    rig = await roomsRig(coturn.environment)
    const loaded = await loadRtc()
    if (!loaded) throw new Error('node-datachannel has no binary here')
    rtc = loaded
  })
  afterAll(async () => {
    rtc?.close()
    await rig?.hangUp()
    await rig?.hub.remove()
    await coturn?.stop()
  })

  type Message = Record<string, unknown>

  const signalPair = (): [SealedSignals, SealedSignals] => {
    const [one, two] = [createListeners<Message>(), createListeners<Message>()]
    const side = (own: typeof one, other: typeof one): SealedSignals => ({
      send: async message => void setImmediate(() => other.emit({ ...message })),
      onMessage: listener => own.add(listener),
      onFailure: () => () => {},
    })
    return [side(one, two), side(two, one)]
  }

  /** Both ends of a channel that has no way but the TURN server, or null if there is none within the time. */
  const connect = async (servers: PeerServers, ms: number): Promise<[Carrier, Carrier] | null> => {
    const [a, b] = [Promise.withResolvers<Carrier>(), Promise.withResolvers<Carrier>()]
    const [forSender, forReceiver] = signalPair()
    const paths = directPaths(turnedConnections(rtc.make))
    const stops = [
      paths({ signals: forSender, role: 'sender', servers, onCarrier: a.resolve }),
      paths({ signals: forReceiver, role: 'receiver', servers, onCarrier: b.resolve }),
    ]
    const late = new Promise<null>(resolve => setTimeout(() => resolve(null), ms))
    const found = await Promise.race([Promise.all([a.promise, b.promise]), late])
    if (found === null) for (const stop of stops) stop()
    return found
  }

  test('a member of a room gets credentials that the TURN server takes, and bytes go through it', async () => {
    const { receiver, room } = await rig.pair()
    const servers = await receiver.call('room.turn', { room })
    expect(servers.turn?.urls).toEqual([coturn.environment.WHERRY_TURN_URL])
    const found = await connect(servers, 20_000)
    if (!found) throw new Error(`no way:\n${coturn.output()}`)
    const [from, to] = found
    expect([from.kind, to.kind]).toEqual(['turned', 'turned'])

    // More at once can lock the library up where both ends are turned and in one process (libdatachannel issue 1538).
    const sent = crypto.getRandomValues(new Uint8Array(from.bestMessageBytes))
    const got = new Promise<Uint8Array>(resolve => to.onMessage(resolve))
    from.send(sent)
    expect(Buffer.from(await got).equals(Buffer.from(sent))).toBe(true)
    from.close()
    expect(coturn.output()).toContain(`user <${servers.turn?.username}>`)
  })

  test('credentials of somebody else are refused, so that there is no way', async () => {
    const { receiver, room } = await rig.pair()
    const { stun, turn } = await receiver.call('room.turn', { room })
    if (!turn) throw new Error('no TURN server')
    expect(await connect({ stun, turn: { ...turn, credential: 'guessed' } }, 3_000)).toBeNull()
  })

  test('nobody outside of a room is given credentials', async () => {
    const [guest, { room }] = [await rig.guest(), await rig.pair()]
    await expect(guest.call('room.turn', { room })).rejects.toMatchObject({ reason: 'unauthenticated' })
  })
})
