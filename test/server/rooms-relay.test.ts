import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeSlices, sliceHeaderBytes } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import { memoryOf } from '../../scripts/bench/processes.ts'
import { maxWindowBytes } from '../../server/rooms/relay-budget.ts'
import { hubProcess } from '../support/hub-process.ts'
import { type RawClient, rawClient, signedInClient } from '../support/raw-client.ts'
import { relayEnd } from './relay-rig.ts'
import { byRoom, bySlot, newId, roomsRig } from './rooms-rig.ts'

const MiB = 2 ** 20
const firstWindowBytes = limits.relayFirstBytes

const rig = async (environment: Record<string, string> = {}) => {
  const made = await roomsRig(environment)
  onTestFinished(() => made.hub.remove())
  return made
}

/** Two ends of a relay in one room. */
const relay = async (environment: Record<string, string> = {}) => {
  const made = await rig(environment)
  const { sender, receiver, room } = await made.pair()
  const from = await relayEnd(sender, room, 7)
  const to = await relayEnd(receiver, room, 70_000)
  await from.hasCredit(1)
  return { ...made, sender, receiver, room, from, to }
}

const slice = (bytes: Uint8Array, index = 0) => ({ index, offset: 0, last: true, bytes })

describe('a relay', () => {
  test('gives no credit until both have named a stream', async () => {
    const { pair } = await rig()
    const { sender, receiver, room } = await pair()
    const from = await relayEnd(sender, room, 7)
    expect(from.credit).toBe(0)
    const to = await relayEnd(receiver, room, 8)
    expect(to.credit).toBe(firstWindowBytes)
    await from.hasCredit(firstWindowBytes)
    expect(from.credit).toBe(firstWindowBytes)
  })

  test('closes the connection that sends before that', async () => {
    const { pair } = await rig()
    const { sender, room } = await pair()
    const from = await relayEnd(sender, room, 7)
    from.push([slice(new Uint8Array(1))])
    expect(await sender.closed).toMatchObject({
      code: 1008,
      reason: expect.stringMatching(/^window_overrun/),
    })
  })

  test('changes nothing of a slice but its stream, in messages of one and of several', async () => {
    const { from, to } = await relay()
    const sent = [
      { index: 3, offset: 17, last: false, bytes: new Uint8Array(randomBytes(1000)) },
      { index: 4_000_000_000, offset: 4_000_000_000, last: true, bytes: new Uint8Array(0) },
      { index: 0, offset: 0, last: true, bytes: new Uint8Array(randomBytes(1)) },
    ]
    const came: unknown[] = []
    to.onSlice(one => came.push({ ...one, bytes: one.bytes.slice() }))
    from.push(sent)
    for (const one of sent) from.push([one])
    await to.received(2002)
    await expect.poll(() => came.length).toBe(6)
    expect(came).toEqual([...sent, ...sent].map(one => ({ ...one, stream: 70_000 })))
  })

  test('carries both directions at once', async () => {
    const { from, to } = await relay()
    const bytes = new Uint8Array(randomBytes(3 * MiB))
    await Promise.all([from.send(0, bytes), to.send(0, bytes)])
    await Promise.all([to.received(bytes.length), from.received(bytes.length)])
  })

  test('takes exactly its credit, and closes the connection that sends more', async () => {
    const { from, to, sender, receiver, room } = await relay()
    receiver.socket.pause()
    from.push([slice(new Uint8Array(firstWindowBytes))])
    receiver.socket.resume()
    await to.received(firstWindowBytes)
    await from.hasCredit(firstWindowBytes)
    from.push([slice(new Uint8Array(from.credit + 1).subarray(0, 1024 * 1024))])
    expect(await sender.closed).toMatchObject({
      code: 1008,
      reason: expect.stringMatching(/^window_overrun/),
    })
    expect(await receiver.event('room.left')).toEqual({ room, reason: 'away' })
  })

  test('widens for who fills it, and waits for a receiver that takes nothing', async () => {
    const { from, to, receiver, hub } = await relay()
    const bytes = new Uint8Array(randomBytes(64 * MiB))
    const sending = from.send(0, bytes)
    await to.received(16 * MiB)
    receiver.socket.pause()
    let before = -1
    while (before !== from.credit || from.credit > 0) {
      before = from.credit
      await pause(200)
    }
    // What is on its way: at most a window, and what the two kernels hold.
    expect(from.credit).toBe(0)
    receiver.socket.resume()
    await sending
    await to.received(bytes.length)
    const { windowBytes } = hub.hub.relays
    expect(windowBytes).toBeGreaterThan(2 * firstWindowBytes)
    expect(windowBytes).toBeLessThanOrEqual(maxWindowBytes + firstWindowBytes)
    await from.hasCredit(windowBytes - firstWindowBytes)
  })

  test('closes the connection that sends empty slices without end to a receiver that takes nothing', async () => {
    const { from, to, sender, receiver } = await relay()
    const none = { index: 0, offset: 0, last: true, bytes: new Uint8Array(0) }
    const many = Array.from({ length: limits.messageSlices }, () => none)
    from.push(many)
    await pause(100)
    expect(to.receivedBytes).toBe(0)
    receiver.socket.pause()
    let isOpen = true
    void sender.closed.then(() => {
      isOpen = false
    })
    for (let at = 0; at < 200 && isOpen; at++) {
      for (let message = 0; message < 64; message++) from.push(many)
      await pause(5)
    }
    expect((await sender.closed).reason).toMatch(/^window_overrun/)
  })

  test('closes the connection that sends a malformed message, before any of it is passed on', async () => {
    const { from, to, sender, receiver, room } = await relay()
    const whole = encodeSlices([{ stream: 7, ...slice(new Uint8Array(100)) }])
    sender.socket.send(Buffer.concat([whole, whole.subarray(0, 50)]))
    expect((await sender.closed).reason).toMatch(/^invalid_frame/)
    expect(await receiver.event('room.left')).toEqual({ room, reason: 'away' })
    expect([from.receivedBytes, to.receivedBytes]).toEqual([0, 0])
  })

  test('is the same when it is opened twice, and another when it gets another stream', async () => {
    const { from, to, receiver, room, sender } = await relay()
    expect(await receiver.call('room.relay', { room, stream: 70_000 })).toEqual({ credit: firstWindowBytes })
    const other = await relayEnd(receiver, room, 9)
    expect(other.credit).toBe(firstWindowBytes)
    from.push([slice(new Uint8Array(5))])
    await other.received(5)
    expect(to.receivedBytes).toBe(0)
    other.push([slice(new Uint8Array(6))])
    await from.received(6)
    expect(sender.socket.readyState).toBe(1)
  })

  test('cannot have a stream that is that of another room', async () => {
    const { sender, receiver, room, user, guest } = await relay()
    const [second, third] = [newId(), await guest()]
    const { slot } = await sender.call('room.create', { room: second })
    await third.call('room.join', bySlot(slot))
    await expect(sender.call('room.relay', { room: second, stream: 7 })).rejects.toMatchObject({
      reason: 'conflict',
    })
    expect(await sender.call('room.relay', { room: second, stream: 8 })).toEqual({ credit: 0 })
    expect(await receiver.call('room.turn', { room })).toMatchObject({ turn: null })
    expect(user).toBeTypeOf('function')
  })

  test('leaves uploads of the same connection alone, in the same message too', async () => {
    const { sender, to } = await relay()
    const { spaces } = await sender.call('space.list', {})
    const folder = spaces[0]?.root ?? ''
    const bytes = new Uint8Array(randomBytes(5000))
    const hash = createHash('sha256').update(bytes).digest('hex')
    await sender.call('upload.credit', { bytes: 1024 * 1024 })
    const put = sender.call('upload.putMany', {
      folder,
      stream: 1,
      files: [{ name: 'a', size: bytes.length, hash, modifiedAt: 0, onClash: 'fail' }],
    } as never)
    sender.socket.send(
      encodeSlices([
        { stream: 7, ...slice(bytes) },
        { stream: 1, ...slice(bytes) },
        { stream: 7, ...slice(bytes, 1) },
      ]),
    )
    await to.received(2 * bytes.length)
    expect(JSON.stringify(await put)).toContain('"name":"a"')
  })
})

describe('the end of a relay', () => {
  test('comes with the connection of either side, and both open it again', async () => {
    const { from, to, sender, receiver, room, guest } = await relay()
    receiver.close()
    await sender.event('room.left')
    // It was under way: dropped, not a fault.
    from.push([slice(new Uint8Array(1000))])
    const again = await guest()
    await again.call('room.join', byRoom(room))
    const back = await relayEnd(again, room, 5)
    expect(back.credit).toBe(0)
    const renewed = await relayEnd(sender, room, 8)
    expect(renewed.credit).toBe(firstWindowBytes)
    renewed.push([slice(new Uint8Array(1234))])
    await back.received(1234)
    expect(to.receivedBytes).toBe(0)
    from.push([slice(new Uint8Array(firstWindowBytes))])
    expect((await sender.closed).reason).toMatch(/^window_overrun/)
  })

  test('comes with the room, and gives all of the budget back', async () => {
    const { from, sender, receiver, room, hub } = await relay()
    expect(hub.hub.relays.windowBytes).toBe(2 * firstWindowBytes)
    await sender.call('room.leave', { room })
    expect(hub.hub.relays.windowBytes).toBe(0)
    from.push([slice(new Uint8Array(10))])
    await receiver.event('room.left')
    expect(await sender.call('space.list', {})).toMatchObject({ spaces: expect.any(Array) })
  })

  test('leaves what a slow receiver has not taken yet on the account', async () => {
    const { from, sender, receiver, room, hub } = await relay()
    receiver.socket.pause()
    const sending = from.send(0, new Uint8Array(64 * MiB)).catch(() => undefined)
    let before = -1
    while (before !== from.credit || from.credit > 0) {
      before = from.credit
      await pause(200)
    }
    const held = hub.hub.relays.windowBytes
    expect(held).toBeGreaterThan(2 * firstWindowBytes)
    await sender.call('room.leave', { room })
    expect(hub.hub.relays.windowBytes).toBeGreaterThan(0)
    receiver.socket.resume()
    await expect.poll(() => hub.hub.relays.windowBytes).toBe(0)
    void sending
  })

  test('comes when a room had as many bytes as it may, to the byte', async () => {
    const { from, to, sender, receiver, room } = await relay({
      WHERRY_RELAY_ROOM_BYTES: `${100_000 + 2 * sliceHeaderBytes}`,
    })
    from.push([slice(new Uint8Array(60_000))])
    to.push([slice(new Uint8Array(40_000))])
    await Promise.all([to.received(60_000), from.received(40_000)])
    await expect(sender.call('room.relay', { room, stream: 9 })).rejects.toMatchObject({
      reason: 'quota_exceeded',
    })
    from.push([slice(new Uint8Array(1))])
    expect(await receiver.event('room.relayEnded')).toEqual({ room, reason: 'quota_exceeded' })
    expect(await sender.event('room.relayEnded')).toEqual({ room, reason: 'quota_exceeded' })
    expect(to.receivedBytes).toBe(60_000)
    await sender.call('room.signal', { room, envelope: 'a direct way may still be found' })
    await receiver.event('room.signalled')
  })
})

describe('the budget of all relays', () => {
  test('is shared: more relays than fit are busy until one ends', async () => {
    // Room for eight relays of two first windows each.
    const { pair, hub } = await rig({ WHERRY_RELAY_BUDGET_BYTES: '4M' })
    const rooms: { sender: RawClient; room: string }[] = []
    for (let at = 0; at < 8; at++) {
      const { sender, receiver, room } = await pair()
      await relayEnd(sender, room, 1)
      expect((await relayEnd(receiver, room, 1)).credit).toBe(firstWindowBytes)
      rooms.push({ sender, room })
    }
    expect(hub.hub.relays.windowBytes).toBe(4 * MiB)
    const { sender, receiver, room } = await pair()
    const from = await relayEnd(sender, room, 1)
    await expect(receiver.call('room.relay', { room, stream: 1 })).rejects.toMatchObject({ reason: 'busy' })
    await rooms[0]?.sender.call('room.leave', { room: rooms[0].room })
    expect((await relayEnd(receiver, room, 1)).credit).toBe(firstWindowBytes)
    await from.hasCredit(firstWindowBytes)
  })

  test('is fair: who came later gets a share too, and all finish', async () => {
    const { pair, hub } = await rig({ WHERRY_RELAY_BUDGET_BYTES: '8M' })
    const bytes = new Uint8Array(randomBytes(12 * MiB))
    const run = async (): Promise<void> => {
      const { sender, receiver, room } = await pair()
      const from = await relayEnd(sender, room, 1)
      const to = await relayEnd(receiver, room, 1)
      const sending = from.send(0, bytes)
      await to.received(bytes.length)
      await sending
    }
    const runs = [run(), run(), run(), run()]
    const watch = setInterval(() => expect(hub.hub.relays.windowBytes).toBeLessThanOrEqual(8 * MiB), 20)
    await Promise.all(runs)
    clearInterval(watch)
  })
})

test('Floods of joins, guesses and signals do not stop a pair that sends', { timeout: 60_000 }, async () => {
  const { pair, guest, user, from, to } = { ...(await relay()) }
  const bytes = new Uint8Array(randomBytes(48 * MiB))
  let isOver = false
  const flood = async (what: () => Promise<unknown>): Promise<number> => {
    let refused = 0
    while (!isOver) {
      const burst = await Promise.allSettled(Array.from({ length: 20 }, what))
      refused += burst.filter(one => one.status === 'rejected').length
    }
    return refused
  }
  const [loud, guesser, creator] = [await pair(), await pair(), await user()]
  const floods = [
    flood(() => loud.sender.call('room.signal', { room: loud.room, envelope: 'x'.repeat(16_384) })),
    flood(() => guesser.receiver.call('room.join', bySlot(1 + Math.floor(Math.random() * 99)))),
    flood(() => creator.call('room.create', { room: newId() })),
  ]
  const hash = createHash('sha256')
  to.onSlice(one => hash.update(one.bytes))
  await from.send(0, bytes)
  await to.received(bytes.length)
  isOver = true
  for (const refused of await Promise.all(floods)) expect(refused).toBeGreaterThan(0)
  expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect((await guest()).socket.readyState).toBe(1)
})

describe('a hub of its own', () => {
  const memoryHub = async () => {
    const hub = await hubProcess({
      WHERRY_ADMIN_EMAIL: 'ada@example.org',
      WHERRY_ADMIN_PASSWORD: 'correct horse battery',
      WHERRY_LOG_LEVEL: 'debug',
    })
    await hub.start()
    onTestFinished(() => hub.remove())
    const url = `${hub.url.replace('http', 'ws')}/ws`
    const pair = async () => {
      const [sender, receiver, room] = [await signedInClient(url), await rawClient(url), newId()]
      onTestFinished(() => [sender, receiver].forEach(client => void client.close()))
      const { slot } = await sender.call('room.create', { room })
      await receiver.call('room.join', bySlot(slot))
      const from = await relayEnd(sender, room, 1)
      const to = await relayEnd(receiver, room, 2)
      return { sender, receiver, room, from, to }
    }
    return { hub, pair }
  }

  test('carries ten relays at once in 64 MiB above idle, with receivers that stop and go, byte for byte', {
    timeout: 120_000,
  }, async () => {
    const { hub, pair } = await memoryHub()
    const pairs = await Promise.all(Array.from({ length: 10 }, pair))
    const megabytes = () => memoryOf(hub.pid(), 'VmRSS')
    const idle = await megabytes()
    let most = idle
    const look = setInterval(async () => {
      most = Math.max(most, await megabytes().catch(() => 0))
    }, 20)
    const bytes = new Uint8Array(randomBytes(64 * MiB))
    const sum = createHash('sha256').update(bytes).digest('hex')
    const run = async ({ receiver, from, to }: (typeof pairs)[number], size: number): Promise<string> => {
      const hash = createHash('sha256')
      let next = 0
      to.onSlice(one => {
        expect(one.offset).toBe(next)
        next += one.bytes.length
        hash.update(one.bytes)
      })
      receiver.socket.pause()
      const stopAndGo = setInterval(
        () => (receiver.socket.isPaused ? receiver.socket.resume() : receiver.socket.pause()),
        100,
      )
      await Promise.all([from.send(0, bytes.subarray(0, size)), to.received(size)])
      clearInterval(stopAndGo)
      return hash.digest('hex')
    }
    const [whole] = await Promise.all(pairs.map((one, at) => run(one, at === 0 ? 64 * MiB : 24 * MiB)))
    clearInterval(look)
    expect(whole).toBe(sum)
    expect(most - idle).toBeLessThan(67)
    expect(most).toBeGreaterThan(0)
  })

  test('says nothing of people, rooms, codes and envelopes in its log, and counts in its metrics', async () => {
    const { hub, pair } = await memoryHub()
    const { sender, receiver, room, from, to } = await pair()
    const canary = `canary${newId()}`
    await sender.call('room.signal', { room, envelope: canary })
    await receiver.event('room.signalled')
    await sender.call('room.offer', { room, email: `${canary}@example.org` })
    from.push([slice(new TextEncoder().encode(canary))])
    await to.received(canary.length)
    const metrics = await (await fetch(`${hub.url}/metrics`)).text()
    expect(metrics).toMatch(/^wherry_rooms 1$/m)
    expect(metrics).toMatch(
      new RegExp(`^wherry_relayed_bytes_total ${sliceHeaderBytes + canary.length}$`, 'm'),
    )
    expect(metrics).toMatch(new RegExp(`^wherry_relay_window_bytes ${2 * firstWindowBytes}$`, 'm'))
    receiver.close()
    await sender.event('room.left')
    expect(await hub.stop()).toBe(0)
    expect(hub.output()).toContain('room.signal')
    for (const secret of [canary, room]) expect(hub.output() + metrics).not.toContain(secret)
  })
})
