import { afterAll, beforeAll, expect, test } from 'vitest'
import { createListeners } from '../../client/core/listeners.ts'
import type { Carrier, Role, SealedSignals } from '../../client/core/peer/api.ts'
import { directPaths } from '../../client/core/peer/direct.ts'
import { iceServers } from '../../client/node/peer/ice-servers.ts'
import { loadRtc, type Rtc } from '../../client/node/peer/rtc.ts'

let rtc: Rtc
beforeAll(async () => {
  const loaded = await loadRtc()
  if (!loaded) throw new Error('node-datachannel has no binary here')
  rtc = loaded
})
afterAll(() => rtc.close())

type Message = Record<string, unknown>

/** Signals of two that are in one process; `alter` may change what is passed on. */
const signalPair = (alter = (message: Message): Message => message): [SealedSignals, SealedSignals] => {
  const sides = [createListeners<Message>(), createListeners<Message>()] as const
  const side = (own: number): SealedSignals =>
    ({
      send: async (message: object) =>
        void setImmediate(() => sides[1 - own]?.emit(alter(message as Message))),
      onMessage: (listener: (message: Message) => void) => (sides[own] ?? sides[0]).add(listener),
      onFailure: () => () => {},
      onRestart: () => () => {},
    }) as SealedSignals
  return [side(0), side(1)]
}

const noServers = { stun: [], turn: null }

const carriers = (signals: [SealedSignals, SealedSignals]) => {
  const stops: (() => void)[] = []
  const found = (['sender', 'receiver'] as Role[]).map((role, i) => {
    const { promise, resolve } = Promise.withResolvers<Carrier>()
    const side = signals[i]
    if (side)
      stops.push(directPaths(rtc.make)({ signals: side, role, servers: noServers, onCarrier: resolve }))
    return promise
  })
  return { found: Promise.all(found), stop: () => stops.forEach(stop => void stop()) }
}

test('two connections find each other, and messages of 64 KiB arrive whole and in order in both directions', async () => {
  const { found, stop } = carriers(signalPair())
  const [a, b] = await found
  if (!a || !b) throw new Error('no carriers')
  expect([a.kind, b.kind]).toEqual(['direct', 'direct'])
  const count = 200
  const run = async (from: Carrier, to: Carrier) => {
    const all = Promise.withResolvers<void>()
    let next = 0
    to.onMessage(message => {
      if (message.length !== from.messageBytes || message[0] !== next % 251 || message.at(-1) !== next % 251)
        all.reject(new Error(`message ${next} is wrong`))
      if (++next === count) all.resolve()
    })
    const message = new Uint8Array(from.messageBytes)
    for (let i = 0; i < count; i++) {
      await from.drained()
      message.fill(i % 251)
      from.send(message)
    }
    await all.promise
  }
  await Promise.all([run(a, b), run(b, a)])
  const closed = new Promise<void>(resolve => b.onClose(resolve))
  a.close()
  await closed
  expect(b.closed).toBe(true)
  stop()
})

test('a certificate that is not the one that was signalled makes no channel', async () => {
  const other = ':00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF'.repeat(2).slice(1)
  const swap = (message: Message): Message => {
    const description = message.description as { sdp: string } | undefined
    if (!description) return message
    const sdp = description.sdp.replace(/(a=fingerprint:sha-256 )\S+/i, `$1${other}`)
    return { ...message, description: { ...description, sdp } }
  }
  const { found, stop } = carriers(signalPair(swap))
  const outcome = await Promise.race([
    found.then(() => 'connected'),
    new Promise(resolve => setTimeout(() => resolve('nothing'), 3000)),
  ])
  expect(outcome).toBe('nothing')
  stop()
})

test('only servers that the hub names are asked, and those the library can speak to', () => {
  expect(iceServers(noServers)).toEqual([])
  const turn = {
    urls: [
      'turn:turn.example.org:3479?transport=udp',
      'turn:[2001:db8::1]',
      'turn:x?transport=tcp',
      'turns:x:5349',
    ],
    username: '1:ada',
    credential: 'secret',
  }
  const login = { username: '1:ada', password: 'secret', relayType: 'TurnUdp' }
  expect(iceServers({ stun: ['stun:stun.example.org'], turn })).toEqual([
    { hostname: 'stun.example.org', port: 3478 },
    { hostname: 'turn.example.org', port: 3479, ...login },
    { hostname: '2001:db8::1', port: 3478, ...login },
  ])
})
