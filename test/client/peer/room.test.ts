import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createBell } from '../../../client/core/bell.ts'
import type { Room } from '../../../client/core/peer/api.ts'
import { offerSend } from '../../../client/core/peer/offer-send.ts'
import { createRoom, type OwnRoom } from '../../../client/core/peer/own-room.ts'
import { pair } from '../../../client/core/peer/pairing/pairing.ts'
import { sealedSignals } from '../../../client/core/peer/pairing/sealed-signals.ts'
import { acceptRoom, joinRoom } from '../../../client/core/peer/room.ts'
import { limits } from '../../../protocol/limits.ts'
import { administrator } from '../../support/hub-process.ts'
import { nextSignal, type PeerClient, roomRig, whenEnded, whenPresent } from './room-rig.ts'

const code = { via: 'code', secret: 'copper-violin' } as const

describe('a room of a real hub', () => {
  let rig: Awaited<ReturnType<typeof roomRig>>
  beforeAll(async () => {
    rig = await roomRig()
  })
  afterEach(() => rig.closeClients())
  afterAll(() => rig.remove())

  type Side = { client: PeerClient; room: Room }
  /** A sender who is signed in, and a guest who came by the slot. */
  const met = async (): Promise<{ sender: Side & Pick<OwnRoom, 'onSlot'>; receiver: Side }> => {
    const [user, guest] = [await rig.user(), rig.guest()]
    const own = await createRoom(user)
    if (own.slot === null) throw new Error('no slot')
    const room = await joinRoom(guest, { kind: 'slot', slot: own.slot })
    await whenPresent(own.room)
    return { sender: { client: user, ...own }, receiver: { client: guest, room } }
  }
  const paired = async (sender: Room, receiver: Room, secret: Parameters<typeof pair>[2][number]) => {
    const [one, other] = await Promise.all([
      pair(sender, 'sender', [secret]),
      pair(receiver, 'receiver', [secret]),
    ])
    expect(one.keys.linkSend).toEqual(other.keys.linkReceive)
    return { sender: one.keys, receiver: other.keys }
  }

  it('brings a user and a guest together by a slot, which is used up by it', async () => {
    const user = await rig.user()
    const { room, slot, slotExpiresAt } = await createRoom(user)
    expect(slot).toBeGreaterThan(0)
    expect(slotExpiresAt).toBeGreaterThan(Date.now())
    expect(room.present).toBe(false)
    await expect(room.signal('x')).rejects.toMatchObject({ reason: 'peer_away' })
    const guest = rig.guest()
    const joined = await joinRoom(guest, { kind: 'slot', slot: slot ?? 0 })
    expect(joined.id).toBe(room.id)
    expect(joined.present).toBe(true)
    expect(guest.state).toBe('signedOut')
    await whenPresent(room)
    await room.signal('to-the-guest')
    expect(await nextSignal(joined)).toBe('to-the-guest')
    await joined.signal('to-the-user')
    expect(await nextSignal(room)).toBe('to-the-user')
    expect(await joined.turn()).toMatchObject({ stun: [], turn: null })
    await expect(joinRoom(rig.guest(), { kind: 'slot', slot: slot ?? 0 })).rejects.toMatchObject({
      reason: 'not_found',
    })
  })

  it('brings together two devices of one user by an offer, also after a lost connection', async () => {
    const user = await rig.user()
    const other = await rig.user()
    const offered = new Promise<string>(resolve => other.on('room.offered', ({ room }) => resolve(room)))
    const { room } = await createRoom(user)
    await user.call('room.offer', { room: room.id, email: other.user?.email ?? '' })
    const accepted = await acceptRoom(other, await offered)
    await whenPresent(room)
    other.cut()
    await whenPresent(room, false)
    await Promise.all([whenPresent(room), whenPresent(accepted)])
    await room.signal('back')
    expect(await nextSignal(accepted)).toBe('back')
  })

  it('lets a guest do nothing else', async () => {
    const { receiver } = await met()
    for (const name of ['space.list', 'session.list'] as const)
      await expect(receiver.client.call(name, {})).rejects.toMatchObject({ reason: 'unauthenticated' })
  })

  it('is the same room after either side lost its connection, and both notice', async () => {
    const { sender, receiver } = await met()
    for (const half of [undefined, 'half'] as const)
      for (const [gone, other] of [
        [sender, receiver],
        [receiver, sender],
      ] as const) {
        const heard: boolean[] = []
        const stop = other.room.onPresence(present => heard.push(present))
        const epoch = gone.client.epoch
        gone.client.cut(half)
        expect(gone.room.present).toBe(false)
        await expect(gone.room.signal('lost')).rejects.toMatchObject({ reason: 'disconnected' })
        await whenPresent(gone.room)
        while (heard.length < 2) await whenPresent(other.room, heard.length === 1)
        expect(heard).toEqual([false, true])
        expect(gone.client.epoch).toBe(epoch + 1)
        await gone.room.signal('back')
        expect(await nextSignal(other.room)).toBe('back')
        await other.room.signal('seen')
        expect(await nextSignal(gone.room)).toBe('seen')
        stop()
      }
  })

  it('is there again after the hub was killed, with another slot for a sender who still waits', async () => {
    const waiting = await createRoom(await rig.user())
    const { sender, receiver } = await met()
    const keys = await paired(sender.room, receiver.room, code)
    let { slot } = waiting
    waiting.onSlot(now => {
      slot = now.slot
    })
    let used: number | null = null
    sender.onSlot(now => {
      used = now.slot
    })
    await rig.hub.kill()
    await Promise.all([whenPresent(sender.room, false), whenPresent(receiver.room, false)])
    await rig.hub.start()
    await Promise.all([whenPresent(sender.room), whenPresent(receiver.room)])
    await paired(sender.room, receiver.room, { via: 'again', secret: keys.sender.again })
    const reasonOf = () => waiting.room.signal('x').catch(error => error.reason)
    while ((await reasonOf()) !== 'peer_away') await new Promise(setImmediate)
    const late = await joinRoom(rig.guest(), { kind: 'slot', slot: slot ?? 0 })
    expect(late.id).toBe(waiting.room.id)
    expect(used).toBe(null)
  })

  it('that a person accepted is theirs only, also after the hub was killed', async () => {
    const [sender, receiver] = [await rig.user(), await rig.user()]
    const own = await offerSend(sender, administrator.email)
    const room = await acceptRoom(receiver, own.room.id)
    await whenPresent(own.room)
    await rig.hub.kill()
    await Promise.all([whenPresent(own.room, false), whenPresent(room, false)])
    await rig.hub.start()
    await Promise.all([whenPresent(own.room), whenPresent(room)])
    const guest = rig.guest()
    const refusal = () =>
      joinRoom(guest, { kind: 'room', room: room.id }).then(
        () => null,
        error => error.reason,
      )
    await expect.poll(refusal).toBe('unauthenticated')
  })

  it('is found again by a receiver who is back before the sender, after a restart of the hub', async () => {
    const { sender, receiver } = await met()
    await rig.hub.kill()
    await whenPresent(receiver.room, false)
    sender.client.close()
    await rig.hub.start()
    await receiver.client.whenState('signedOut')
    const { room } = await createRoom(await rig.user(), sender.room.id)
    await Promise.all([whenPresent(room), whenPresent(receiver.room)])
    await room.signal('found')
    expect(await nextSignal(receiver.room)).toBe('found')
  })

  it('ends for both when one leaves, and for one who comes back to find it over', async () => {
    for (const leaver of ['sender', 'receiver'] as const) {
      const sides = await met()
      const stayer = leaver === 'sender' ? sides.receiver : sides.sender
      const ended = whenEnded(stayer.room)
      await sides[leaver].room.leave()
      expect(await ended).toBe('peer_left')
      expect(await whenEnded(sides[leaver].room)).toBe('cancelled')
      expect(await whenEnded(stayer.room)).toBe('peer_left')
      await expect(stayer.room.signal('x')).rejects.toMatchObject({ reason: 'peer_left' })
      await expect(joinRoom(rig.guest(), { kind: 'room', room: stayer.room.id })).rejects.toMatchObject({
        reason: 'not_found',
      })
    }
  })

  it('is left also by one whose connection is just lost', async () => {
    const { sender, receiver } = await met()
    const ended = whenEnded(sender.room)
    receiver.client.cut()
    await receiver.room.leave()
    expect(await ended).toBe('peer_left')
  })

  it('paces signals instead of failing, and keeps their order', async () => {
    const { sender, receiver } = await met()
    const received: string[] = []
    const all = new Promise<void>(resolve =>
      receiver.room.onSignal(envelope => received.push(envelope) === 70 && resolve()),
    )
    const sent = Array.from({ length: 70 }, (_, i) => `signal-${i}`)
    const startMs = performance.now()
    await Promise.all(sent.map(envelope => sender.room.signal(envelope)))
    await all
    expect(received).toEqual(sent)
    expect(performance.now() - startMs).toBeGreaterThan(((70 / limits.signalsPerSecond) | 0) * 1000)
  })

  it('carries a pairing and sealed signals, and pairs again after each lost connection', async () => {
    const { sender, receiver } = await met()
    let keys = await paired(sender.room, receiver.room, code)
    for (const gone of [receiver, sender, receiver]) {
      const from = sealedSignals(sender.room, keys.sender)
      const to = sealedSignals(receiver.room, keys.receiver)
      const heard = new Promise(resolve => to.onMessage(resolve))
      await from.send({ kind: 'candidate', text: 'x'.repeat(2000) })
      expect(await heard).toMatchObject({ kind: 'candidate' })
      from.close()
      to.close()
      const away = [whenPresent(sender.room, false), whenPresent(receiver.room, false)]
      gone.client.cut()
      await Promise.all(away)
      keys = await paired(sender.room, receiver.room, { via: 'again', secret: keys.sender.again })
    }
  })

  it('is never stuck, wherever a connection is lost while the two pair', async () => {
    const { sender, receiver } = await met()
    const keys = await paired(sender.room, receiver.room, code)
    const again = { via: 'again', secret: keys.sender.again } as const
    const isOver = { value: false }
    /** Pairs as often as the other side comes anew, and says so until it is heard. */
    const run = async (room: Room, role: 'sender' | 'receiver', heard: (round: unknown) => void) => {
      let first: string | undefined
      while (!isOver.value) {
        const { keys: fresh } = await pair(room, role, [again], { first })
        const signals = sealedSignals(room, fresh)
        const away = Promise.race([
          whenPresent(room, false).then(() => undefined),
          new Promise<string>(resolve => signals.onRestart(resolve)),
        ])
        signals.onMessage(({ round }) => heard(round))
        await signals.send({ round: rounds.now }).catch(() => {})
        first = await away
        signals.close()
      }
    }
    const rounds = { now: 0 }
    const heard = { sender: createBell(), receiver: createBell() }
    const waitFor = { sender: -1, receiver: -1 }
    const running = [
      run(sender.room, 'sender', round => {
        waitFor.sender = Number(round)
        heard.sender.ring()
      }),
      run(receiver.room, 'receiver', round => {
        waitFor.receiver = Number(round)
        heard.receiver.ring()
      }),
    ]
    for (const one of running) one.catch(() => {})
    for (let round = 1; round <= 40; round++) {
      rounds.now = round
      const side = round % 3 === 0 ? sender : receiver
      side.client.cut(round % 4 === 0 ? 'half' : undefined)
      // Again in the middle of coming back, at another moment each time.
      await new Promise(resolve => setTimeout(resolve, round % 8 < 4 ? round : 0))
      if (round % 2 === 0) (round % 5 === 0 ? sender : receiver).client.cut()
      while (waitFor.sender < round) await heard.sender.rung()
      while (waitFor.receiver < round) await heard.receiver.rung()
    }
    isOver.value = true
    await sender.room.leave()
  })

  it('ends for both when the code was wrong: nobody has a second guess', async () => {
    const { sender, receiver } = await met()
    const ended = whenEnded(receiver.room)
    const reasons = await Promise.allSettled([
      pair(sender.room, 'sender', [code]),
      pair(receiver.room, 'receiver', [{ via: 'code', secret: 'copper-violet' }]),
    ])
    expect(reasons.map(one => one.status === 'rejected' && one.reason.reason)).toEqual([
      'wrong_code',
      'wrong_code',
    ])
    await ended
    await expect(joinRoom(rig.guest(), { kind: 'room', room: sender.room.id })).rejects.toMatchObject({
      reason: 'not_found',
    })
  })

  it('keeps a guest connected for as long as there is a room, and no longer', async () => {
    const { receiver } = await met()
    await receiver.room.leave()
    receiver.client.cut()
    expect(receiver.client.state).toBe('signedOut')
  })
})
