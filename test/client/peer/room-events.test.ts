import { describe, expect, it } from 'vitest'
import { createRoom } from '../../../client/core/peer/own-room.ts'
import { joinRoom } from '../../../client/core/peer/room.ts'
import { scriptedHub } from '../../support/scripted-hub.ts'

const id = 'room-room-room-room-ro'
const away = { slot: null, slotExpiresAt: null, present: false }

/** A room whose seat was taken, on a connection of a hub that answers the next room calls only when it is told to. */
const seated = async (as: 'creator' | 'guest') => {
  let isFirst = true
  const once = <Answer>(answer: Answer) => {
    const first = isFirst
    isFirst = false
    return first ? answer : undefined
  }
  const hub = scriptedHub(
    {
      'room.create': () => once(away),
      'room.join': () => once({ room: id, present: false }),
      'room.signal': () => ({}),
    },
    { access: as === 'creator' ? 'token-1' : null },
  )
  await hub.connect()
  const opening =
    as === 'creator'
      ? createRoom(hub.client, id, hub).then(own => own.room)
      : joinRoom(hub.client, { kind: 'slot', slot: 7 }, hub)
  await hub.quiet()
  return { hub, room: await opening, call: as === 'creator' ? 'room.create' : 'room.join' } as const
}
/** The connection is lost, and the seat asked for on the next one: the id of the call. */
const askedAgain = async ({ hub, call }: Awaited<ReturnType<typeof seated>>): Promise<string> => {
  const known = hub.callsOf(call).length
  hub.far.cut()
  await hub.timers.pass(20_000)
  await hub.connect()
  const asked = hub.callsOf(call)
  expect(asked).toHaveLength(known + 1)
  return asked.at(-1)?.id ?? ''
}

describe('events of a room that are read in the same moment as the answer that gives the seat', () => {
  for (const as of ['creator', 'guest'] as const) {
    it(`find a ${as} who can answer the other side that comes`, async () => {
      const side = await seated(as)
      const { hub, room } = side
      const presences: boolean[] = []
      const sent: string[] = []
      const say = (envelope: string) =>
        room.signal(envelope).then(
          () => sent.push(envelope),
          error => sent.push(`${envelope}: ${error.reason}`),
        )
      room.onPresence(present => {
        presences.push(present)
        if (present) void say('hello')
      })
      room.onSignal(envelope => void say(`answer to ${envelope}`))
      hub.reply(await askedAgain(side), as === 'creator' ? away : { room: id, present: false })
      hub.say('room.joined', { room: id })
      hub.say('room.signalled', { room: id, envelope: 'hi' })
      hub.far.deliver()
      await hub.quiet()
      expect(presences).toEqual([true])
      expect(sent).toEqual(['hello', 'answer to hi'])
    })
  }

  it('are heard in their order: what came from a connection that is gone is over with it', async () => {
    const side = await seated('guest')
    const { hub, room } = side
    const heard: unknown[] = []
    room.onPresence(present => heard.push(present))
    room.onSignal(envelope => heard.push(envelope))
    hub.reply(await askedAgain(side), { room: id, present: true })
    hub.say('room.left', { room: id, reason: 'away' })
    hub.say('room.joined', { room: id })
    hub.say('room.signalled', { room: id, envelope: 'new' })
    hub.far.deliver()
    await hub.quiet()
    expect(heard).toEqual([true, false, true, 'new'])
    expect(room.present).toBe(true)
  })

  it('of a connection that was lost before the answer are not heard on the next one', async () => {
    const side = await seated('guest')
    const { hub, room } = side
    const heard: unknown[] = []
    room.onPresence(present => heard.push(present))
    room.onSignal(envelope => heard.push(envelope))
    await askedAgain(side)
    hub.say('room.joined', { room: id })
    hub.say('room.signalled', { room: id, envelope: 'old' })
    await hub.quiet()
    hub.reply(await askedAgain(side), { room: id, present: false })
    await hub.quiet()
    expect(heard).toEqual([])
    expect(room.present).toBe(false)
  })
})
