import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url } from '../../../client/core/base64url.ts'
import type { Role } from '../../../client/core/peer/api.ts'
import { pair } from '../../../client/core/peer/pairing/pairing.ts'
import { encodePairing } from '../../../client/core/peer/pairing/pairing-messages.ts'
import { sealedSignals } from '../../../client/core/peer/pairing/sealed-signals.ts'
import { WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import { roomPair } from '../../support/room-pair.ts'

/** What an evil hub makes of the envelopes of one direction, all of which it has before it passes on the first. */
type Evil = (envelopes: string[]) => string[]

/** Waits until it holds: the ciphers run on threads of their own. */
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise(setImmediate)
}

/** Two paired sides; envelopes are held back from the moment that hold() was called. */
const pairedRooms = async (id?: string) => {
  let held: Record<Role, string[]> | null = null
  const rooms = roomPair(id, (envelope, from) => {
    if (!held) return [envelope]
    held[from].push(envelope)
    return []
  })
  rooms.connect()
  const secrets = [{ via: 'link', secret: 'abcdefghijKLMNOP_-1234' }] as const
  const [sender, receiver] = await Promise.all([
    pair(rooms.sender, 'sender', secrets),
    pair(rooms.receiver, 'receiver', secrets),
  ])
  return {
    rooms,
    keys: { sender: sender.keys, receiver: receiver.keys },
    hold: () => {
      held = { sender: [], receiver: [] }
      return held
    },
  }
}

const openSignals = (
  rooms: ReturnType<typeof roomPair>,
  role: Role,
  keys: Parameters<typeof sealedSignals>[1],
) => {
  const signals = sealedSignals(rooms[role], keys)
  const received: unknown[] = []
  const failures: string[] = []
  const restarts: string[] = []
  signals.onMessage(message => received.push(message))
  signals.onFailure(error => failures.push(error.reason))
  signals.onRestart(hi => restarts.push(hi))
  return { signals, received, failures, restarts }
}

/** Sends 0 to n - 1 from the receiver to the sender through an evil hub. */
const through = async (n: number, evil: Evil) => {
  const { rooms, keys, hold } = await pairedRooms()
  const held = hold()
  const receiver = openSignals(rooms, 'receiver', keys.receiver)
  const sender = openSignals(rooms, 'sender', keys.sender)
  for (let number = 0; number < n; number++) await receiver.signals.send({ number })
  const envelopes = evil(held.receiver)
  for (const envelope of envelopes) rooms.inject('sender', envelope)
  await until(() => sender.failures.length > 0 || sender.received.length === envelopes.length)
  return {
    numbers: sender.received.map(message => (message as { number: number }).number),
    failures: sender.failures,
  }
}

const numbersTo = (end: number) => Array.from({ length: end }, (_, i) => i)

describe('sealed signals', () => {
  it('arrive in order, in both directions, with nothing of them to be read on the way', async () => {
    const { rooms, keys } = await pairedRooms()
    const sides = {
      sender: openSignals(rooms, 'sender', keys.sender),
      receiver: openSignals(rooms, 'receiver', keys.receiver),
    }
    const canary = 'a=fingerprint:sha-256 CA:NA:RY'
    for (const { signals } of Object.values(sides))
      await Promise.all(numbersTo(20).map(number => signals.send({ number, canary })))
    for (const { received, failures } of Object.values(sides)) {
      await until(() => received.length === 20 || failures.length > 0)
      expect(received).toEqual(numbersTo(20).map(number => ({ number, canary })))
      expect(failures).toEqual([])
    }
    for (const { envelope } of rooms.log) {
      const bytes = Buffer.from(fromBase64url(envelope) ?? [])
      expect(bytes.includes('fingerprint') || bytes.includes('CA:NA:RY')).toBe(false)
    }
    expect(new Set(rooms.log.map(({ envelope }) => envelope)).size).toBe(rooms.log.length)
  })

  it('are not lost between the pairing and the first listener', async () => {
    const { rooms, keys } = await pairedRooms()
    await openSignals(rooms, 'sender', keys.sender).signals.send({ early: true })
    await new Promise(setImmediate)
    const late = openSignals(rooms, 'receiver', keys.receiver)
    await until(() => late.received.length > 0)
    expect(late.received).toEqual([{ early: true }])
  })

  it('end with not_authentic at the first envelope that was dropped, repeated, moved or altered', async () => {
    const place = fc.nat(5)
    const evils = fc.oneof(
      place.map(at => ({ name: 'drop', at, evil: (list: string[]) => list.toSpliced(at, 1) })),
      place.map(at => ({
        name: 'repeat',
        at: at + 1,
        evil: (list: string[]) => list.toSpliced(at, 0, list[at] ?? ''),
      })),
      fc.tuple(fc.nat(4), fc.nat(4)).map(([from, by]) => ({
        name: 'move',
        at: Math.min(from, 5 - by),
        evil: (list: string[]) => {
          const to = Math.min(from, 5 - by)
          const [moved = ''] = list.slice(to, to + 1)
          return list.toSpliced(to, 1).toSpliced(to + 1, 0, moved)
        },
      })),
      fc.tuple(place, fc.nat(60), fc.nat(7)).map(([at, byte, bit]) => ({
        name: 'alter',
        at,
        evil: (list: string[]) => {
          const bytes = fromBase64url(list[at] ?? '') ?? new Uint8Array()
          const where = byte % bytes.length
          bytes[where] = (bytes[where] ?? 0) ^ (1 << bit)
          return list.with(at, toBase64url(bytes))
        },
      })),
      fc.tuple(place, fc.string({ maxLength: 40 })).map(([at, text]) => ({
        name: 'insert',
        at,
        evil: (list: string[]) => list.toSpliced(at, 0, text),
      })),
    )
    await fc.assert(
      fc.asyncProperty(evils, async ({ name, at, evil }) => {
        const { numbers, failures } = await through(6, evil)
        expect(numbers, name).toEqual(numbersTo(name === 'drop' || name === 'repeat' ? Math.min(at, 6) : at))
        // Dropping the last one is dropping nothing that anybody could know of.
        expect(failures, name).toEqual(name === 'drop' && at === 5 ? [] : ['not_authentic'])
      }),
      { numRuns: 60 },
    )
  })

  it('are none that the other side sent in another direction, room or pairing', async () => {
    const one = await pairedRooms()
    const other = await pairedRooms('room-room-room-room-r2')
    const held = { one: one.hold(), other: other.hold() }
    await openSignals(one.rooms, 'sender', one.keys.sender).signals.send({ own: true })
    await openSignals(other.rooms, 'receiver', other.keys.receiver).signals.send({ elsewhere: true })
    for (const [envelope] of [held.one.sender, held.other.receiver]) {
      const { signals, received, failures } = openSignals(one.rooms, 'sender', one.keys.sender)
      one.rooms.inject('sender', envelope ?? '')
      await until(() => failures.length > 0)
      expect(received).toEqual([])
      expect(failures).toEqual(['not_authentic'])
      await expect(signals.send({})).rejects.toMatchObject({ reason: 'not_authentic' })
    }
  })

  it('tell that the other side begins to pair anew, and pair again from there', async () => {
    const { rooms, keys } = await pairedRooms()
    const { signals, failures } = openSignals(rooms, 'sender', keys.sender)
    const again = [{ via: 'again', secret: keys.sender.again }] as const
    const paired = new Promise<Awaited<ReturnType<typeof pair>>>((resolve, reject) => {
      signals.onRestart(first => {
        signals.close()
        pair(rooms.sender, 'sender', again, { first }).then(resolve, reject)
      })
    })
    const receiver = await pair(rooms.receiver, 'receiver', again)
    expect((await paired).keys.linkSend).toEqual(receiver.keys.linkReceive)
    expect(failures).toEqual([])
    // Other words from before there were keys change nothing.
    const next = openSignals(rooms, 'receiver', receiver.keys)
    rooms.inject('receiver', encodePairing({ kind: 'refused' }))
    rooms.inject('receiver', encodePairing({ kind: 'hi', via: 'again', share: new Uint8Array(32) }))
    await openSignals(rooms, 'sender', (await paired).keys).signals.send({ fresh: true })
    await until(() => next.received.length > 0 || next.failures.length > 0)
    expect(next.received).toEqual([{ fresh: true }])
    expect(next.failures).toEqual([])
    // It is the receiver who begins.
    expect(next.restarts).toEqual([])
  })

  it('fail for good after one that could not be sent, and say when one is too large', async () => {
    const { rooms, keys } = await pairedRooms()
    const { signals } = openSignals(rooms, 'sender', keys.sender)
    await expect(signals.send({ text: 'x'.repeat(limits.envelopeChars) })).rejects.toMatchObject({
      reason: 'too_large',
    })
    await signals.send({ text: 'x'.repeat(12_000) })
    expect(rooms.log.at(-1)?.envelope.length).toBeLessThanOrEqual(limits.envelopeChars)
    rooms.cut()
    await expect(signals.send({})).rejects.toMatchObject({ reason: 'disconnected' })
    rooms.connect()
    await expect(signals.send({})).rejects.toMatchObject({ reason: 'disconnected' })
  })

  it('that were sent behind one that fails fail with it, and do not get out', async () => {
    const { rooms, keys } = await pairedRooms()
    const sent = rooms.log.length
    let tries = 0
    const { signals } = openSignals(
      {
        ...rooms,
        sender: {
          ...rooms.sender,
          present: true,
          async signal(envelope) {
            if (tries++ === 0) throw new WherryError('too_many_requests')
            await rooms.sender.signal(envelope)
          },
        },
      },
      'sender',
      keys.sender,
    )
    const ends = await Promise.allSettled(numbersTo(3).map(number => signals.send({ number })))
    for (const end of ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { reason: 'too_many_requests' } })
    await expect(signals.send({})).rejects.toMatchObject({ reason: 'too_many_requests' })
    expect(rooms.log.length).toBe(sent)
  })

  it('leave what comes after the other side was away to the next keys', async () => {
    const { rooms, keys } = await pairedRooms()
    const { failures } = openSignals(rooms, 'sender', keys.sender)
    const again = [{ via: 'again', secret: keys.sender.again }] as const
    rooms.cut()
    rooms.connect()
    const receiver = pair(rooms.receiver, 'receiver', again)
    // Long after its first envelope came.
    for (let i = 0; i < 10; i++) await new Promise(setImmediate)
    const sender = await pair(rooms.sender, 'sender', again)
    expect((await receiver).keys.linkSend).toEqual(sender.keys.linkReceive)
    expect(failures).toEqual([])
  })
})
