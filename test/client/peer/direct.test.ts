import { afterEach, describe, expect, test } from 'vitest'
import type { Stop } from '../../../client/core/api.ts'
import { createListeners } from '../../../client/core/listeners.ts'
import type { Carrier, SealedSignals } from '../../../client/core/peer/api.ts'
import { directPaths } from '../../../client/core/peer/direct.ts'
import type { MakePeerConnection } from '../../../client/core/peer/peer-connection.ts'
import { startReceipt, startSend } from '../../../client/core/peer/session.ts'
import { memoryConnections } from './memory-connections.ts'
import { memoryPeerSource, memoryStore } from './memory-files.ts'
import { memoryRoom } from './memory-rooms.ts'

const servers = { stun: [], turn: null }
const stops: Stop[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** Signals that arrive, in order, later. */
const signalPair = (): [SealedSignals, SealedSignals] => {
  const ends = [
    createListeners<Record<string, unknown>>(),
    createListeners<Record<string, unknown>>(),
  ] as const
  const signals = (own: 0 | 1): SealedSignals => ({
    async send(message) {
      const copy = JSON.parse(JSON.stringify(message))
      await null
      ends[own === 0 ? 1 : 0].emit(copy)
    },
    onMessage: ends[own].add,
    onFailure: () => () => {},
  })
  return [signals(0), signals(1)]
}

/** Both sides looking for ways; `found` are the carriers of each. */
const looking = (turned: number[] = []) => {
  const net = Object.assign(memoryConnections(), { turned })
  const [a, b] = signalPair()
  const found: { sender: Carrier[]; receiver: Carrier[] } = { sender: [], receiver: [] }
  const start = (role: 'sender' | 'receiver', signals: SealedSignals) =>
    stops.push(
      directPaths(net.make)({ signals, role, servers, onCarrier: carrier => found[role].push(carrier) }),
    )
  start('receiver', b)
  start('sender', a)
  return { net, found, a, b }
}

describe('direct ways', () => {
  test('are found by both sides, and carry messages from the first on', async () => {
    const { found, net } = looking()
    await expect.poll(() => [found.sender.length, found.receiver.length]).toEqual([1, 1])
    const [a] = found.sender
    const [b] = found.receiver
    a?.send(Uint8Array.of(1, 2, 3))
    const arrived = await new Promise(resolve => b?.onMessage(resolve))
    expect(arrived).toEqual(Uint8Array.of(1, 2, 3))
    await expect.poll(() => net.made[1]?.candidates).toEqual(['of 0'])
  })

  for (const [number, end] of ['sender', 'receiver'].entries())
    test(`are turned ones for both if the ${end} alone sees the TURN server`, async () => {
      const { found } = looking([number])
      await expect.poll(() => [found.sender.length, found.receiver.length]).toEqual([1, 1])
      expect([found.sender[0]?.kind, found.receiver[0]?.kind]).toEqual(['turned', 'turned'])
    })

  test('are looked for again after a loss, seen by either side', async () => {
    const { found } = looking()
    await expect.poll(() => found.receiver.length).toBe(1)
    found.receiver[0]?.close()
    await expect.poll(() => [found.sender.length, found.receiver.length], { timeout: 5000 }).toEqual([2, 2])
    found.sender[1]?.close()
    await expect.poll(() => [found.sender.length, found.receiver.length], { timeout: 5000 }).toEqual([3, 3])
  })

  test('are given up with somebody who sends without end and never says that the channel works', async () => {
    const net = memoryConnections()
    const [a, b] = signalPair()
    const found: Carrier[] = []
    const make: MakePeerConnection = (own, events) => {
      // The other side is heard as one that never greets.
      const message = (bytes: Uint8Array<ArrayBuffer>) => bytes.length > 1 && events.message(bytes)
      return net.make(own, { ...events, message })
    }
    const start = (role: 'sender' | 'receiver', signals: SealedSignals, made: MakePeerConnection) =>
      stops.push(directPaths(made)({ signals, role, servers, onCarrier: carrier => found.push(carrier) }))
    start('receiver', b, make)
    start('sender', a, net.make)
    await expect.poll(() => net.made[0]?.carrier).toBeTruthy()
    const [{ carrier } = {}, other] = net.made
    for (let i = 0; i < 400 && !other?.isClosed; i++) {
      carrier?.send(new Uint8Array(64 * 1024))
      await carrier?.drained()
    }
    expect(other?.isClosed).toBe(true)
  })

  test('ignore signals that make no sense', async () => {
    const { found, a, b } = looking()
    for (const nonsense of [
      { kind: 'description' },
      { kind: 'description', attempt: 99, description: { type: 'offer' } },
      { kind: 'description', attempt: 1, description: { type: 'evil', sdp: 'x' } },
      { kind: 'candidates', attempt: 1, candidates: 'x' },
      { kind: 'candidates', attempt: 1, candidates: [null, 1, { candidate: 5 }] },
      { kind: 'ended', attempt: -1 },
    ])
      for (const end of [a, b]) await end.send(nonsense)
    await expect.poll(() => [found.sender.length, found.receiver.length]).toEqual([1, 1])
  })

  for (const isBlocked of [false, true])
    test(`are ${isBlocked ? 'not needed' : 'used'} by a send`, async () => {
      const room = memoryRoom({ bytesPerMs: 5000 })
      room.sender.come()
      room.receiver.come()
      const net = memoryConnections()
      net.isBlocked = isBlocked
      const connect = directPaths(net.make)
      const secret = { via: 'code', secret: '7-copper-violin' } as const
      const store = memoryStore()
      const sources = [memoryPeerSource(['a'], 20 * 2 ** 20)]
      const sent = startSend({ room: room.sender.room, secrets: [secret], sources, from: '', connect })
      const received = startReceipt({ room: room.receiver.room, secret, store, connect })
      const paths = new Set<unknown>()
      const accept = () => {
        if (received.status.phase === 'offered') received.accept()
        if (received.status.phase === 'running') paths.add(received.status.path)
      }
      received.onChange(accept)
      await Promise.all([sent.finished, received.finished])
      expect(store.writtenBytes).toBe(20 * 2 ** 20)
      expect(paths.has('direct')).toBe(!isBlocked)
    })
})
