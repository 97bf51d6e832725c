import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { slotMs } from '../../server/rooms/rooms.ts'
import type { RawClient } from '../support/raw-client.ts'
import { bob, byRoom, bySlot, newId, type RoomsRig, roomsRig } from './rooms-rig.ts'

let rig: RoomsRig
beforeAll(async () => {
  rig = await roomsRig()
  await (await rig.user()).call('user.create', bob)
})
afterEach(() => rig.hangUp())
afterAll(() => rig.hub.remove())

const notFound = { reason: 'not_found' }

/** A slot that was used with this id of the seat. */
const used = async (seat: string) => {
  const [sender, receiver, room] = [await rig.user(), await rig.guest(), newId()]
  const { slot } = await sender.call('room.create', { room })
  const by = { kind: 'slot', slot: slot ?? 0, seat } as const
  expect(await receiver.call('room.join', { by })).toEqual({ room, present: true })
  await sender.event('room.joined')
  return { sender, receiver, room, by }
}

describe('a slot that was used up', () => {
  test('still leads to the seat whoever used it, as the answer may have been lost', async () => {
    const { sender, receiver, room, by } = await used(newId())
    receiver.close()
    expect(await sender.event('room.left')).toEqual({ room, reason: 'away' })
    const again = await rig.guest()
    expect(await again.call('room.join', { by })).toEqual({ room, present: true })
    expect(await sender.event('room.joined')).toEqual({ room })
    // The connection before may be dead without the hub knowing.
    const last = await rig.guest()
    expect(await last.call('room.join', { by })).toEqual({ room, present: true })
    expect(await sender.event('room.left')).toEqual({ room, reason: 'away' })
    await last.call('room.signal', { room, envelope: 'x' })
    expect(await sender.event('room.signalled')).toEqual({ room, envelope: 'x' })
    await expect(again.call('room.signal', { room, envelope: 'x' })).rejects.toMatchObject(notFound)
  })

  test('leads nobody else there, with another id or with none', async () => {
    const { by, sender } = await used(newId())
    const [other] = [await rig.guest()]
    await expect(other.call('room.join', { by: { ...by, seat: newId() } })).rejects.toMatchObject(notFound)
    await expect(other.call('room.join', bySlot(by.slot))).rejects.toMatchObject(notFound)
    expect(sender.eventsSoFar('room.left')).toBe(0)
    const room = newId()
    const { slot } = await sender.call('room.create', { room })
    await other.call('room.join', bySlot(slot))
    const third = await rig.guest()
    await expect(third.call('room.join', bySlot(slot))).rejects.toMatchObject(notFound)
  })

  test('leads nowhere when its time is over, though the room goes on', async () => {
    const { by, room } = await used(newId())
    rig.clock.aheadMs = slotMs
    const again = await rig.guest()
    await expect(again.call('room.join', { by })).rejects.toMatchObject(notFound)
    expect(await again.call('room.join', byRoom(room))).toEqual({ room, present: true })
  })

  test('leads nowhere when the room ended', async () => {
    const { by, room, sender } = await used(newId())
    await sender.call('room.leave', { room })
    const again = await rig.guest()
    await expect(again.call('room.join', { by })).rejects.toMatchObject(notFound)
  })
})

describe('a room of two who met before, which a restarted hub forgot', () => {
  test('opens without a slot, and leads only who knows its id there', async () => {
    const [sender, receiver, room] = [await rig.user(), await rig.guest(), newId()]
    const nobody = { slot: null, slotExpiresAt: null, present: false }
    expect(await sender.call('room.create', { room, slot: false })).toEqual(nobody)
    expect(await sender.call('room.create', { room })).toEqual(nobody)
    rig.clock.aheadMs = slotMs
    expect(await receiver.call('room.join', byRoom(room))).toEqual({ room, present: true })
    expect(await sender.event('room.joined')).toEqual({ room })
  })

  test('that was offered to a person is theirs only, and rings nowhere', async () => {
    const [sender, receiver, room] = [await rig.user(), await rig.user(bob), newId()]
    await sender.call('room.create', { room, slot: false })
    await sender.call('room.offer', { room, email: bob.email })
    const join = (client: RawClient) => client.call('room.join', byRoom(room))
    await expect(join(await rig.guest())).rejects.toMatchObject({ reason: 'unauthenticated' })
    await expect(join(await rig.user())).rejects.toMatchObject({ reason: 'forbidden' })
    expect(await receiver.call('room.listOffers', {})).toEqual({ offers: [] })
    expect(await join(receiver)).toEqual({ room, present: true })
    expect(receiver.eventsSoFar('room.offered')).toBe(0)
  })

  test("that was offered to somebody who is no longer there is nobody else's", async () => {
    const [sender, guest, room] = [await rig.user(), await rig.guest(), newId()]
    await sender.call('room.create', { room, slot: false })
    await sender.call('room.offer', { room, email: 'nobody@example.org' })
    await expect(guest.call('room.join', byRoom(room))).rejects.toMatchObject({ reason: 'unauthenticated' })
  })

  test('still shows the slot of one that was not forgotten', async () => {
    const [sender, room] = [await rig.user(), newId()]
    const before = await sender.call('room.create', { room })
    expect(await sender.call('room.create', { room, slot: false })).toEqual(before)
  })
})
