import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { calls } from '../../protocol/table.ts'
import { emptyRoomMs, slotMs } from '../../server/rooms/rooms.ts'
import type { RawClient } from '../support/raw-client.ts'
import { sampleParams } from '../support/sample-params.ts'
import { bob, byRoom, bySlot, newId, type RoomsRig, roomsRig } from './rooms-rig.ts'

let rig: RoomsRig
beforeAll(async () => {
  rig = await roomsRig({ WHERRY_ROOM_GUESSES_PER_ADDRESS: '1000' })
  const admin = await rig.user()
  await admin.call('user.create', bob)
})
afterEach(() => rig.hangUp())
afterAll(() => rig.hub.remove())

describe('a slot', () => {
  test('admits one guest, whom the sender hears of, and then nobody', async () => {
    const [sender, receiver, late] = [await rig.user(), await rig.guest(), await rig.guest()]
    const room = newId()
    const created = await sender.call('room.create', { room })
    expect(created).toMatchObject({ present: false, slot: expect.any(Number) })
    expect(created.slot).toBeLessThan(100)
    expect(await receiver.call('room.join', bySlot(created.slot))).toEqual({ room, present: true })
    expect(await sender.event('room.joined')).toEqual({ room })
    await expect(late.call('room.join', bySlot(created.slot))).rejects.toMatchObject({ reason: 'not_found' })
    expect(await sender.call('room.create', { room })).toEqual({
      slot: null,
      slotExpiresAt: null,
      present: true,
    })
  })

  test('is good until its time is over, and its room ends with it', async () => {
    const [sender, receiver, late] = [await rig.user(), await rig.guest(), await rig.guest()]
    const [used, unused] = [newId(), newId()]
    const first = await sender.call('room.create', { room: used })
    const second = await sender.call('room.create', { room: unused })
    rig.clock.aheadMs = Math.min(first.slotExpiresAt ?? 0, second.slotExpiresAt ?? 0) - Date.now() - 500
    await receiver.call('room.join', bySlot(first.slot))
    rig.clock.aheadMs = slotMs
    await expect(late.call('room.join', bySlot(second.slot))).rejects.toMatchObject({ reason: 'not_found' })
    expect(await sender.event('room.left')).toEqual({ room: unused, reason: 'expired' })
    rig.hub.hub.rooms.sweep()
    expect(sender.eventsSoFar('room.left')).toBe(0)
  })

  test('tells its sender by itself when its time is over', async () => {
    const [sender, room] = [await rig.user(), newId()]
    await sender.call('room.create', { room })
    rig.clock.aheadMs = slotMs
    expect(await sender.event('room.left')).toEqual({ room, reason: 'expired' })
  })

  test('of a room that ended admits nobody', async () => {
    const [sender, receiver, room] = [await rig.user(), await rig.guest(), newId()]
    const { slot } = await sender.call('room.create', { room })
    await sender.call('room.leave', { room })
    await expect(receiver.call('room.join', bySlot(slot))).rejects.toMatchObject({ reason: 'not_found' })
  })
})

describe('a seat', () => {
  test('of a lost connection is empty, and is taken again by the room id', async () => {
    const { sender, receiver, room } = await rig.pair()
    receiver.close()
    expect(await sender.event('room.left')).toEqual({ room, reason: 'away' })
    await expect(sender.call('room.signal', { room, envelope: 'x' })).rejects.toMatchObject({
      reason: 'peer_away',
    })
    const again = await rig.guest()
    expect(await again.call('room.join', byRoom(room))).toEqual({ room, present: true })
    await sender.event('room.joined')
    sender.close()
    expect(await again.event('room.left')).toEqual({ room, reason: 'away' })
    const back = await rig.user()
    expect(await back.call('room.create', { room })).toMatchObject({ slot: null, present: true })
    await again.event('room.joined')
    await again.call('room.signal', { room, envelope: 'to the new connection' })
    expect(await back.event('room.signalled')).toEqual({ room, envelope: 'to the new connection' })
  })

  test('is taken from a half-dead connection, which has none any more', async () => {
    const { sender, receiver, room } = await rig.pair()
    const again = await rig.guest()
    await again.call('room.join', byRoom(room))
    expect(await sender.event('room.left')).toEqual({ room, reason: 'away' })
    expect(await sender.event('room.joined')).toEqual({ room })
    await expect(receiver.call('room.signal', { room, envelope: 'x' })).rejects.toMatchObject({
      reason: 'not_found',
    })
    const back = await rig.user()
    await back.call('room.create', { room })
    await again.event('room.joined')
    await expect(sender.call('room.signal', { room, envelope: 'x' })).rejects.toMatchObject({
      reason: 'not_found',
    })
    receiver.close()
    await back.call('room.signal', { room, envelope: 'still there' })
    expect(await again.event('room.signalled')).toEqual({ room, envelope: 'still there' })
  })

  test('that is asked for twice by one connection changes nothing', async () => {
    const { sender, receiver, room } = await rig.pair()
    await receiver.call('room.join', byRoom(room))
    await sender.call('room.create', { room })
    await receiver.call('room.signal', { room, envelope: 'x' })
    await sender.event('room.signalled')
    expect([sender.eventsSoFar('room.left'), receiver.eventsSoFar('room.left')]).toEqual([0, 0])
  })

  test("of the creator is nobody else's, and not the same connection's second one", async () => {
    const [sender, other, room] = [await rig.user(), await rig.user(bob), newId()]
    await sender.call('room.create', { room })
    await expect(other.call('room.create', { room })).rejects.toMatchObject({ reason: 'conflict' })
    await expect(sender.call('room.join', byRoom(room))).rejects.toMatchObject({ reason: 'conflict' })
    expect(await other.call('room.join', byRoom(room))).toEqual({ room, present: true })
    await expect(other.call('room.create', { room })).rejects.toMatchObject({ reason: 'conflict' })
  })

  test('that is given back ends the room for both; twice is as once', async () => {
    const { sender, receiver, room } = await rig.pair()
    await receiver.call('room.leave', { room })
    await receiver.call('room.leave', { room })
    expect(await sender.event('room.left')).toEqual({ room, reason: 'left' })
    await expect(sender.call('room.turn', { room })).rejects.toMatchObject({ reason: 'not_found' })
    await expect(receiver.call('room.join', byRoom(room))).rejects.toMatchObject({ reason: 'not_found' })
  })

  test('cannot be given back by a stranger', async () => {
    const { sender, room } = await rig.pair()
    const [stranger, other] = [await rig.guest(), await rig.user(bob)]
    expect(await stranger.call('room.leave', { room })).toEqual({})
    expect(await other.call('room.leave', { room })).toEqual({})
    expect(await sender.call('room.turn', { room })).toMatchObject({ turn: null })
  })
})

test('A room that both left is kept for a day, and no longer', async () => {
  const pairs = [await rig.pair(), await rig.pair()] as const
  for (const { sender, receiver } of pairs) {
    receiver.close()
    await sender.event('room.left')
    sender.close()
  }
  const { id } = pairs[0].sender.signedIn.user
  await expect.poll(() => rig.hub.hub.connectionsOf(id)).toHaveLength(0)
  const late = await rig.guest()
  rig.clock.aheadMs = emptyRoomMs - 5000
  rig.hub.hub.rooms.sweep()
  const kept = await late.call('room.join', byRoom(pairs[0].room))
  expect(kept).toEqual({ room: pairs[0].room, present: false })
  rig.clock.aheadMs = emptyRoomMs + 5000
  await expect(late.call('room.join', byRoom(pairs[1].room))).rejects.toMatchObject({ reason: 'not_found' })
})

describe('a guest', () => {
  const forbidden = Object.entries(calls).filter(([, { access }]) => access !== 'anyone' && access !== 'room')

  test.each(forbidden.map(([name]) => name))('in a room cannot call %s', async name => {
    const { receiver } = await rig.pair()
    await expect(receiver.callAnything(name, sampleParams(name as keyof typeof calls))).rejects.toMatchObject(
      { reason: 'unauthenticated' },
    )
  })

  test('in a room cannot send bytes but through it', async () => {
    const { receiver } = await rig.pair()
    receiver.socket.send(new Uint8Array(16).fill(1))
    expect((await receiver.closed).code).toBe(1008)
  })

  test('may make many calls while in a room, and few before', async () => {
    const { sender, receiver, room } = await rig.pair()
    for (let i = 0; i < 60; i++) await receiver.call('room.turn', { room })
    receiver.socket.send('x'.repeat(64 * 1024 + 1))
    expect((await receiver.closed).code).toBe(1009)
    expect(await sender.event('room.left')).toEqual({ room, reason: 'away' })
  })

  test('may sign in while in a room, and stays in it', async () => {
    const { sender, receiver, room } = await rig.pair()
    await receiver.call('session.login', { ...bob, keep: 'token', agent: 'test', name: undefined } as never)
    await receiver.call('room.signal', { room, envelope: 'x' })
    expect(await sender.event('room.signalled')).toEqual({ room, envelope: 'x' })
    expect((await receiver.call('space.list', {})).spaces).toHaveLength(1)
  })

  test('stays longer than others while in a room, and has as long again when it ends', {
    timeout: 40_000,
  }, async () => {
    const { sender, receiver, room } = await rig.pair()
    const stranger = await rig.guest()
    expect((await stranger.closed).code).toBe(4001)
    await receiver.call('room.signal', { room, envelope: 'x' })
    await sender.call('room.leave', { room })
    const from = Date.now()
    expect((await receiver.closed).code).toBe(4001)
    expect(Date.now() - from).toBeGreaterThan(9000)
  })
})

describe('an offer', () => {
  test('reaches the person on every connection, and is accepted on one', async () => {
    const [sender, phone, laptop, room] = [
      await rig.user(),
      await rig.user(bob),
      await rig.user(bob),
      newId(),
    ]
    await sender.call('room.create', { room })
    await sender.call('room.offer', { room, email: 'Bob@Example.org' })
    const from = { id: sender.signedIn.user.id, name: sender.signedIn.user.name }
    expect(await phone.event('room.offered')).toEqual({ room, from })
    expect(await laptop.event('room.offered')).toEqual({ room, from })
    expect(await laptop.call('room.accept', { room })).toEqual({ present: true })
    expect(await sender.event('room.joined')).toEqual({ room })
    expect(await phone.event('room.left')).toEqual({ room, reason: 'left' })
    expect(await phone.call('room.accept', { room })).toEqual({ present: true })
  })

  test('that was accepted keeps its seat for that person: with a disabled account nobody comes back to it', async () => {
    const carol = { ...bob, email: 'carol@example.org', name: 'Carol' }
    const sender = await rig.user()
    await sender.call('user.create', carol)
    const [receiver, room] = [await rig.user(carol), newId()]
    await sender.call('room.create', { room })
    await sender.call('room.offer', { room, email: carol.email })
    await receiver.call('room.accept', { room })
    receiver.close()
    const again = await rig.user(carol)
    expect(await again.call('room.join', byRoom(room))).toMatchObject({ present: true })
    await sender.call('user.disable', { user: receiver.signedIn.user.id, disabled: true })
    await again.closed
    const join = (client: RawClient) => client.call('room.join', byRoom(room))
    await expect(join(await rig.guest())).rejects.toMatchObject({ reason: 'unauthenticated' })
    await expect(join(await rig.user(bob))).rejects.toMatchObject({ reason: 'forbidden' })
  })

  test('that waits is listed for who signs in later, and for nobody else', async () => {
    const [sender, receiver, room] = [await rig.user(), await rig.user(bob), newId()]
    await sender.call('room.create', { room })
    await sender.call('room.offer', { room, email: bob.email })
    const offer = await receiver.event('room.offered')
    const later = await rig.user(bob)
    expect(await later.call('room.listOffers', {})).toEqual({ offers: [offer] })
    expect(await sender.call('room.listOffers', {})).toEqual({ offers: [] })
    expect(await later.call('room.accept', { room })).toEqual({ present: true })
    expect(await receiver.call('room.listOffers', {})).toEqual({ offers: [] })
  })

  test('to another device of the sender is told to that one, and not to the sender', async () => {
    const [sender, other, room] = [await rig.user(), await rig.user(), newId()]
    await sender.call('room.create', { room })
    await sender.call('room.offer', { room, email: sender.signedIn.user.email })
    const offer = await other.event('room.offered')
    expect(await other.call('room.listOffers', {})).toEqual({ offers: [offer] })
    expect(await sender.call('room.listOffers', {})).toEqual({ offers: [] })
    expect(sender.eventsSoFar('room.offered')).toBe(0)
    expect(await other.call('room.accept', { room })).toEqual({ present: true })
  })

  test('is declined by leaving', async () => {
    const [sender, receiver, room] = [await rig.user(), await rig.user(bob), newId()]
    await sender.call('room.create', { room })
    await sender.call('room.offer', { room, email: bob.email })
    await receiver.event('room.offered')
    await receiver.call('room.leave', { room })
    expect(await sender.event('room.left')).toEqual({ room, reason: 'left' })
    await expect(receiver.call('room.accept', { room })).rejects.toMatchObject({ reason: 'not_found' })
  })

  test('that somebody else took by the code is over', async () => {
    const [sender, receiver, guest, room] = [
      await rig.user(),
      await rig.user(bob),
      await rig.guest(),
      newId(),
    ]
    const { slot } = await sender.call('room.create', { room })
    await sender.call('room.offer', { room, email: bob.email })
    await receiver.event('room.offered')
    await guest.call('room.join', bySlot(slot))
    expect(await receiver.event('room.left')).toEqual({ room, reason: 'left' })
    await expect(receiver.call('room.accept', { room })).rejects.toMatchObject({ reason: 'not_found' })
    await receiver.call('room.leave', { room })
    expect(await guest.call('room.turn', { room })).toMatchObject({ turn: null })
  })

  test('to nobody is answered in the same way, and cannot be followed by another one', async () => {
    const [sender, receiver, room] = [await rig.user(), await rig.user(bob), newId()]
    await sender.call('room.create', { room })
    expect(await sender.call('room.offer', { room, email: 'nobody@example.org' })).toEqual({})
    expect(await sender.call('room.offer', { room, email: 'nobody@example.org' })).toEqual({})
    await expect(sender.call('room.offer', { room, email: bob.email })).rejects.toMatchObject({
      reason: 'conflict',
    })
    await expect(receiver.call('room.accept', { room })).rejects.toMatchObject({ reason: 'not_found' })
    expect(receiver.eventsSoFar('room.offered')).toBe(0)
  })

  test('is made by the creator only', async () => {
    const { receiver, room } = await rig.pair()
    await expect(receiver.call('room.offer', { room, email: bob.email })).rejects.toMatchObject({
      reason: 'forbidden',
    })
  })
})

test('A hub that stops tells guests too', async () => {
  const own = await roomsRig()
  const { receiver } = await own.pair()
  const stopped = own.hub.remove()
  expect(await receiver.event('hub.closing')).toMatchObject({ retryAfterMs: expect.any(Number) })
  expect((await receiver.closed).code).toBe(1012)
  await stopped
})
