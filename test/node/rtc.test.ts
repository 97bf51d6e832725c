import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createListeners } from '../../client/core/listeners.ts'
import type { Carrier } from '../../client/core/peer/api.ts'
import { directPaths } from '../../client/core/peer/direct.ts'
import { iceServers } from '../../client/node/peer/rtc/ice-servers.ts'
import { loadRtc, type Rtc } from '../../client/node/peer/rtc/rtc.ts'
import { directPair, type Message, signalPair } from '../support/direct-pair.ts'
import { rtcProcessesOf } from '../support/rtc-processes.ts'

let rtc: Rtc
beforeAll(async () => {
  const loaded = await loadRtc()
  if (!loaded) throw new Error('node-datachannel has no binary here')
  rtc = loaded
})
afterAll(() => rtc.close())

const noServers = { stun: [], turn: null }
/** Nobody is there; that it is named puts connections into a process of their own. */
const turnServer = { stun: [], turn: { urls: ['turn:127.0.0.1:9'], username: '1:ada', credential: 'secret' } }

const places = [
  ['in this process', noServers],
  ['in a process of their own', turnServer],
] as const

describe.each(places)('connections %s', (_, servers) => {
  test('two find each other, and large messages arrive whole and in order in both directions', async () => {
    const { found, stop } = directPair(rtc.make, servers)
    const [a, b] = await found
    expect([a.kind, b.kind]).toEqual(['direct', 'direct'])
    const count = 200
    const run = async (from: Carrier, to: Carrier) => {
      const all = Promise.withResolvers<void>()
      let next = 0
      to.onMessage(message => {
        if (
          message.length !== from.messageBytes ||
          message[0] !== next % 251 ||
          message.at(-1) !== next % 251
        )
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
    const { found, stop } = directPair(rtc.make, servers, signalPair(swap))
    const outcome = await Promise.race([
      found.then(() => 'connected'),
      new Promise(resolve => setTimeout(() => resolve('nothing'), 3000)),
    ])
    expect(outcome).toBe('nothing')
    stop()
  })
})

/** The one that runs. */
const rtcProcess = async (): Promise<number> => {
  const [pid, ...others] = await rtcProcessesOf(process.pid)
  if (pid === undefined) throw new Error('no process for WebRTC')
  expect(others).toEqual([])
  return pid
}

/** Stopped, a process is as one whose threads all wait for each other. */
test.for(['SIGSTOP', 'SIGKILL'] as const)(
  'a process for WebRTC that got a %s is replaced: its ways end, and others are found',
  async signal => {
    const ways = { sender: createListeners<Carrier>(), receiver: createListeners<Carrier>() }
    const next = (role: 'sender' | 'receiver') =>
      new Promise<Carrier>(resolve => {
        const stop = ways[role].add(way => {
          stop()
          resolve(way)
        })
      })
    const both = () => Promise.all([next('sender'), next('receiver')])
    const first = both()
    const [forSender, forReceiver] = signalPair()
    const find = directPaths(rtc.make)
    const options = { servers: turnServer }
    const stops = [
      find({ ...options, signals: forSender, role: 'sender', onCarrier: ways.sender.emit }),
      find({ ...options, signals: forReceiver, role: 'receiver', onCarrier: ways.receiver.emit }),
    ]
    const lost = (await first).map(way => new Promise<void>(resolve => way.onClose(resolve)))
    const second = both()
    const pid = await rtcProcess()
    process.kill(pid, signal)
    await Promise.all(lost)
    const [from, to] = await second
    const arrived = new Promise<Uint8Array>(resolve => to.onMessage(resolve))
    from.send(Uint8Array.of(1, 2, 3))
    expect([...(await arrived)]).toEqual([1, 2, 3])
    expect(await rtcProcessesOf(process.pid)).not.toContain(pid)
    for (const stop of stops) stop()
  },
)

test('the process for WebRTC ends when it is told to, although it is locked up', async () => {
  const pid = await rtcProcess()
  process.kill(pid, 'SIGSTOP')
  await rtc.close()
  expect(await rtcProcessesOf(process.pid)).toEqual([])
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
