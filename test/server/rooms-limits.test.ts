import { createHmac } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { readConfig } from '../../server/config.ts'
import { offersPerUser } from '../../server/rooms/room-limits.ts'
import { seatsPerConnection } from '../../server/rooms/rooms.ts'
import { createSlots } from '../../server/rooms/slots.ts'
import { turnCredentialMs } from '../../server/rooms/turn.ts'
import { rawClient } from '../support/raw-client.ts'
import { bob, byRoom, bySlot, newId, roomsRig } from './rooms-rig.ts'

const rig = async (environment: Record<string, string> = {}) => {
  const made = await roomsRig(environment)
  onTestFinished(() => made.hub.remove())
  return made
}

const tooMany = { reason: 'too_many_requests' }
const notFound = { reason: 'not_found' }

describe('the numbers of codes', () => {
  test('are short as long as there are some, and each names one room', () => {
    const slots = createSlots()
    const taken = Array.from({ length: limits.slots }, (_, at) => slots.take(`room ${at}`) ?? 0)
    expect(Math.max(...taken.slice(0, 99))).toBe(99)
    expect(Math.max(...taken.slice(0, 999))).toBe(999)
    expect(new Set(taken).size).toBe(limits.slots)
    expect(slots.take('one more')).toBeNull()
    slots.free(17)
    expect(slots.take('one more')).toBe(17)
    expect(slots.roomOf(17)).toBe('one more')
  })

  test('are not in any order', () => {
    const slots = createSlots()
    const taken = Array.from({ length: 50 }, () => slots.take('room') ?? 0)
    expect(taken).not.toEqual([...taken].sort((a, b) => a - b))
  })

  test('that were used rest for a while, unless there are no others', () => {
    const slots = createSlots(() => 0)
    expect(slots.take('a')).toBe(1)
    slots.use(1, 1000)
    expect(slots.roomOf(1)).toBeNull()
    expect(slots.take('b')).toBe(2)
    slots.sweep(999)
    expect(slots.take('c')).toBe(3)
    slots.sweep(1000)
    expect(slots.take('d')).toBe(1)
    slots.use(1, 2000)
    for (let at = 3; at < limits.slots; at++) expect(slots.take('more')).not.toBe(1)
    expect(slots.take('last')).toBe(1)
  })
})

describe('guesses', () => {
  test('of slots and rooms that do not exist are few for one address, and what exists is refused then too', async () => {
    const { user, guest, hub } = await rig({ WHERRY_ROOM_GUESSES_PER_ADDRESS: '10' })
    const [sender, room] = [await user(), newId()]
    const { slot } = await sender.call('room.create', { room })
    const wrong = slot === 5 ? 6 : 5
    const guesser = await guest()
    // A slot costs 5 of 50 points, a room 1.
    for (let at = 0; at < 9; at++) {
      await expect(guesser.call('room.join', bySlot(wrong))).rejects.toMatchObject(notFound)
    }
    for (let at = 0; at < 5; at++) {
      await expect(guesser.call('room.join', byRoom(newId()))).rejects.toMatchObject(notFound)
    }
    await expect(guesser.call('room.join', byRoom(newId()))).rejects.toMatchObject(tooMany)
    const refused = await guesser.call('room.join', bySlot(slot)).catch(error => error)
    expect(refused).toMatchObject(tooMany)
    expect(refused.details.retryAfterMs).toBeGreaterThan(60_000)
    const elsewhere = await rawClient(hub.socketUrl, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    await expect(elsewhere.call('room.join', bySlot(slot))).rejects.toMatchObject(tooMany)
    elsewhere.close()
    expect(sender.eventsSoFar('room.joined')).toBe(0)
  })

  test('from elsewhere are counted by themselves', async () => {
    const { user, guest, hub } = await rig({
      WHERRY_ROOM_GUESSES_PER_ADDRESS: '1',
      WHERRY_TRUSTED_PROXIES: '127.0.0.1',
    })
    const { slot } = await (await user()).call('room.create', { room: newId() })
    const guesser = await guest()
    await expect(guesser.call('room.join', bySlot(slot === 5 ? 6 : 5))).rejects.toMatchObject(notFound)
    await expect(guesser.call('room.join', bySlot(slot))).rejects.toMatchObject(tooMany)
    const elsewhere = await rawClient(hub.socketUrl, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(await elsewhere.call('room.join', bySlot(slot))).toMatchObject({ present: true })
    elsewhere.close()
  })

  test('that are many at once are no more than the limit', async () => {
    const { guest } = await rig({ WHERRY_ROOM_GUESSES_PER_ADDRESS: '10' })
    const guessers = await Promise.all(Array.from({ length: 5 }, guest))
    const answers = await Promise.allSettled(
      guessers.flatMap(guesser =>
        Array.from({ length: 10 }, (_, at) => guesser.call('room.join', bySlot(at + 1))),
      ),
    )
    const reasons = answers.map(one => (one.status === 'rejected' ? one.reason.reason : 'joined'))
    expect(reasons.filter(reason => reason === 'not_found')).toHaveLength(10)
    expect(reasons.filter(reason => reason === 'too_many_requests')).toHaveLength(40)
  })

  test('that are right count as a fifth by slot, and as nothing by room', async () => {
    const { user, guest } = await rig({ WHERRY_ROOM_GUESSES_PER_ADDRESS: '2' })
    const sender = await user()
    const receiver = await guest()
    const rooms = Array.from({ length: 6 }, newId)
    for (const room of rooms) {
      const { slot } = await sender.call('room.create', { room })
      await receiver.call('room.join', bySlot(slot))
    }
    for (let at = 0; at < 20; at++) await receiver.call('room.join', byRoom(rooms[0] ?? ''))
    // 6 of 10 points are used: one more by slot needs 5.
    await expect(receiver.call('room.join', bySlot(1))).rejects.toMatchObject(tooMany)
  })

  test('count as guarded calls, as sign-ins do', async () => {
    const { guest } = await rig({ WHERRY_LOGINS_PER_MINUTE: '3' })
    const guesser = await guest()
    for (let at = 0; at < 3; at++) {
      await expect(guesser.call('room.join', bySlot(1))).rejects.toMatchObject(notFound)
    }
    await expect(guesser.call('room.join', bySlot(1))).rejects.toMatchObject(tooMany)
  })
})

describe('rooms', () => {
  test('of one user are limited, and one that was left makes way', async () => {
    const { user } = await rig({ WHERRY_ROOMS_PER_USER: '2' })
    const [one, other, third] = [await user(), await user(), newId()]
    await one.call('room.create', { room: newId() })
    await other.call('room.create', { room: newId() })
    await expect(one.call('room.create', { room: third })).rejects.toMatchObject(tooMany)
    other.close()
    await other.closed
    await expect.poll(() => one.call('room.create', { room: third }).catch(() => null)).not.toBeNull()
    await expect(one.call('room.create', { room: newId() })).rejects.toMatchObject(tooMany)
    await one.call('room.leave', { room: third })
    await one.call('room.create', { room: newId() })
  })

  test('of one address are limited', async () => {
    const { user } = await rig({ WHERRY_ROOMS_PER_ADDRESS: '2' })
    const admin = await user()
    await admin.call('user.create', bob)
    const other = await user(bob)
    await admin.call('room.create', { room: newId() })
    await other.call('room.create', { room: newId() })
    await expect(other.call('room.create', { room: newId() })).rejects.toMatchObject(tooMany)
  })

  test('of one connection are limited', async () => {
    const { user } = await rig({ WHERRY_ROOMS_PER_USER: '1000' })
    const sender = await user()
    const rooms = Array.from({ length: seatsPerConnection }, newId)
    for (const room of rooms) await sender.call('room.create', { room })
    await expect(sender.call('room.create', { room: newId() })).rejects.toMatchObject(tooMany)
    await sender.call('room.create', { room: rooms[0] ?? '' })
  })
})

test('Envelopes are 20 a second for each connection, and at most 16 KiB', async () => {
  const { pair, clock } = await rig()
  const { sender, receiver, room } = await pair()
  const envelope = 'x'.repeat(limits.envelopeChars)
  await expect(sender.call('room.signal', { room, envelope: `${envelope}x` })).rejects.toMatchObject({
    reason: 'invalid_params',
  })
  const many = Array.from({ length: 21 }, (_, at) =>
    sender.call('room.signal', { room, envelope: `${at}` }).then(
      () => 'ok',
      error => error.reason,
    ),
  )
  expect(await Promise.all(many)).toEqual([...Array(20).fill('ok'), 'too_many_requests'])
  for (let at = 0; at < 20; at++) {
    expect(await receiver.event('room.signalled')).toEqual({ room, envelope: `${at}` })
  }
  await receiver.call('room.signal', { room, envelope: 'the other direction' })
  clock.aheadMs = 1000
  expect(await sender.call('room.signal', { room, envelope })).toEqual({})
})

test('Offers of one user are limited', async () => {
  const { user } = await rig()
  const [sender, room] = [await user(), newId()]
  await sender.call('room.create', { room })
  const offer = () => sender.call('room.offer', { room, email: 'nobody@example.org' })
  for (let at = 0; at < offersPerUser; at++) await offer()
  await expect(offer()).rejects.toMatchObject(tooMany)
})

describe('servers for a direct way', () => {
  test('are none by default', async () => {
    const { pair } = await rig()
    const { receiver, room } = await pair()
    expect(await receiver.call('room.turn', { room })).toEqual({ stun: [], turn: null })
  })

  test("come with credentials that the administrator's TURN server can check", async () => {
    const secret = 'a secret for the test'
    const { pair } = await rig({
      WHERRY_STUN: 'stun:stun.example.org:3478',
      WHERRY_TURN_URL: 'turn:turn.example.org:3478?transport=udp,turns:turn.example.org',
      WHERRY_TURN_SECRET: secret,
    })
    const { receiver, sender, room } = await pair()
    const { stun, turn } = await receiver.call('room.turn', { room })
    expect(stun).toEqual(['stun:stun.example.org:3478'])
    expect(turn?.urls).toEqual(['turn:turn.example.org:3478?transport=udp', 'turns:turn.example.org'])
    const [expires, id] = turn?.username.split(':') ?? []
    expect(Number(expires) * 1000).toBe(turn?.expiresAt)
    expect(Math.abs((turn?.expiresAt ?? 0) - Date.now() - turnCredentialMs)).toBeLessThan(60_000)
    expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(turn?.credential).toBe(
      createHmac('sha1', secret)
        .update(turn?.username ?? '')
        .digest('base64'),
    )
    const other = await sender.call('room.turn', { room })
    expect(other.turn?.username).not.toBe(turn?.username)
  })

  test.each([
    [{ WHERRY_STUN: 'https://stun.example.org' }, /WHERRY_STUN: expected an address such as stun:/],
    [{ WHERRY_TURN_URL: 'turn:turn.example.org' }, /have to be set together/],
    [{ WHERRY_TURN_SECRET: 'a secret for the test' }, /have to be set together/],
    [{ WHERRY_TURN_SECRET: 'short', WHERRY_TURN_URL: 'turn:a' }, /at least 16 characters/],
  ])('%j is refused with a sentence', (environment, sentence) => {
    expect(() => readConfig(environment)).toThrow(sentence)
  })
})
