import { describe, expect, test } from 'vitest'
import { fromBase64url } from '../../../client/core/base64url.ts'
import type { ByPerson, PeerTransfer } from '../../../client/core/peer/api.ts'
import { type Kept, startReceipt, startSend } from '../../../client/core/peer/session.ts'
import { memoryPeerSource, memoryStore } from './memory-files.ts'
import { memoryRoom } from './memory-rooms.ts'

const byPerson = (...trusted: string[]): ByPerson => ({ via: 'person', trusted })

const until = (transfer: PeerTransfer, isSo: () => boolean) =>
  new Promise<void>(resolve => {
    const look = () => {
      if (!isSo()) return
      stop()
      resolve()
    }
    const stop = transfer.onChange(look)
    look()
  })
const phaseOf = async (transfer: PeerTransfer, phase: string) => {
  await until(transfer, () => transfer.status.phase === phase)
  return transfer.status
}
const pause = () => new Promise(resolve => setTimeout(resolve, 30))

/** Two people and their devices: what each keeps of a send, and whom each trusts. */
const people = (trusted: { sender?: string[]; receiver?: string[] } = {}) => {
  const room = memoryRoom()
  room.sender.come()
  room.receiver.come()
  const sources = [memoryPeerSource(['secret-name.bin'], 3_000_000)]
  const store = memoryStore()
  const kept: { sender: Kept | null; receiver: Kept | null } = { sender: null, receiver: null }
  const trusts: { sender: string | null; receiver: string | null } = { sender: null, receiver: null }
  return {
    room,
    store,
    kept,
    trusts,
    send: () =>
      startSend({
        room: room.sender.room,
        secrets: kept.sender
          ? [{ via: 'again', secret: kept.sender.again }]
          : [byPerson(...(trusted.sender ?? []))],
        transfer: kept.sender?.transfer ?? undefined,
        comparison: kept.sender?.comparison,
        sources,
        from: 'Ada',
        onKeep: now => {
          kept.sender = now
        },
        onTrust: secret => {
          trusts.sender = secret
        },
      }),
    receive: () =>
      startReceipt({
        room: room.receiver.room,
        secret: kept.receiver
          ? { via: 'again', secret: kept.receiver.again }
          : byPerson(...(trusted.receiver ?? [])),
        accepted: kept.receiver,
        comparison: kept.receiver?.comparison,
        store,
        onKeep: now => {
          kept.receiver = now
        },
        onTrust: secret => {
          trusts.receiver = secret
        },
      }),
  }
}

describe('a direct send to a person of the hub', () => {
  test('shows both the same emoji, tells no name before the sender compared them, and then runs', async () => {
    const { send, receive, store, trusts } = people()
    const [sent, received] = [send(), receive()]
    const [there, here] = [await phaseOf(sent, 'comparing'), await phaseOf(received, 'comparing')]
    expect(there.comparison).toMatchObject({ trust: 'new', isDone: false })
    expect(there.comparison?.emoji).toHaveLength(4)
    expect(here.comparison).toEqual(there.comparison)
    await until(received, () => received.status.path !== null)
    received.accept()
    await pause()
    expect(received.status).toMatchObject({ phase: 'comparing', offer: null })
    sent.accept()
    const { offer } = await phaseOf(received, 'offered')
    expect(offer?.files.map(({ path }) => path)).toEqual([['secret-name.bin']])
    expect(store.writtenBytes).toBe(0)
    received.accept()
    await Promise.all([sent.finished, received.finished])
    expect(store.finished.has('secret-name.bin')).toBe(true)
    expect(trusts).toEqual({ sender: null, receiver: null })
  })

  test('ends when the sender sees other emoji, before anything was told', async () => {
    const { send, receive } = people()
    const [sent, received] = [send(), receive()]
    await phaseOf(sent, 'comparing')
    sent.decline()
    await expect(sent.finished).rejects.toMatchObject({ reason: 'not_authentic' })
    await expect(received.finished).rejects.toMatchObject({ reason: 'peer_left' })
    expect(received.status.offer).toBeNull()
  })

  test('ends when the receiver sees other emoji, before and after the sender said that they are the same', async () => {
    for (const isTold of [false, true]) {
      const { send, receive } = people()
      const [sent, received] = [send(), receive()]
      await phaseOf(sent, 'comparing')
      await phaseOf(received, 'comparing')
      if (isTold) {
        sent.accept()
        await phaseOf(received, 'offered')
      }
      received.decline()
      await expect(sent.finished).rejects.toMatchObject({ reason: isTold ? 'declined' : 'peer_left' })
    }
  })

  test('shows other emoji to each when a hub sits in the middle, which accepts in vain', async () => {
    const [withAda, withBob] = [people(), people()]
    const [ada, bob] = [withAda.send(), withBob.receive()]
    const [towardsAda, towardsBob] = [withAda.receive(), withBob.send()]
    const [seenByAda, seenByBob] = [await phaseOf(ada, 'comparing'), await phaseOf(bob, 'comparing')]
    expect(seenByAda.comparison?.emoji).not.toEqual(seenByBob.comparison?.emoji)
    // It can say to both what it likes: Ada has not said that anybody sees the same.
    towardsAda.accept({ trust: true })
    towardsBob.accept({ trust: true })
    await phaseOf(bob, 'offered')
    await pause()
    expect(towardsAda.status).toMatchObject({ phase: 'comparing', offer: null })
    expect(withAda.store.writtenBytes).toBe(0)
    ada.decline()
    bob.decline()
    await Promise.allSettled([ada.finished, bob.finished, towardsAda.finished, towardsBob.finished])
    expect([withAda.trusts.sender, withBob.trusts.receiver]).toEqual([null, null])
  })

  test('goes on after both were reloaded, without comparing again what was compared', async () => {
    const { send, receive, room, store, kept } = people()
    const [sent, received] = [send(), receive()]
    const { comparison } = await phaseOf(sent, 'comparing')
    const reload = async (...transfers: PeerTransfer[]) => {
      for (const transfer of transfers) await transfer.stop()
      for (const seat of [room.sender, room.receiver]) seat.go()
      for (const seat of [room.sender, room.receiver]) seat.come()
    }
    await phaseOf(received, 'comparing')
    await reload(sent, received)
    expect(kept.sender?.comparison).toEqual({ trust: 'new', isDone: false })

    const [secondSent, secondReceived] = [send(), receive()]
    // Nobody compared yet: still the same four, and still no name.
    expect((await phaseOf(secondSent, 'comparing')).comparison).toEqual(comparison)
    expect((await phaseOf(secondReceived, 'comparing')).comparison).toEqual(comparison)
    secondSent.accept()
    await phaseOf(secondReceived, 'offered')
    await reload(secondSent, secondReceived)

    const [thirdSent, thirdReceived] = [send(), receive()]
    await phaseOf(thirdReceived, 'offered')
    expect(thirdSent.status.comparison).toEqual({ ...comparison, isDone: true })
    expect(thirdReceived.status.comparison).toEqual(comparison)
    thirdReceived.accept()
    await Promise.all([thirdSent.finished, thirdReceived.finished])
    expect(store.finished.has('secret-name.bin')).toBe(true)
  })

  test('keeps a device that both trust, which needs no comparing the next time', async () => {
    const first = people()
    const [sent, received] = [first.send(), first.receive()]
    await phaseOf(sent, 'comparing')
    sent.accept({ trust: true })
    await phaseOf(received, 'offered')
    received.accept({ trust: true })
    await Promise.all([sent.finished, received.finished])
    const kept = first.trusts.sender ?? ''
    expect(fromBase64url(kept)).toHaveLength(32)
    expect(first.trusts.receiver).toBe(kept)

    const next = people({ sender: [kept], receiver: [kept] })
    const [sentAgain, receivedAgain] = [next.send(), next.receive()]
    await phaseOf(receivedAgain, 'offered')
    expect(sentAgain.status.comparison).toMatchObject({ trust: 'proven', isDone: true })
    expect(receivedAgain.status.comparison).toMatchObject({ trust: 'proven', isDone: true })
    receivedAgain.accept({ trust: true })
    await sentAgain.finished
    // It is known already: another secret would push the ones of other devices out.
    expect(next.trusts.receiver).toBeNull()
  })

  test('compares again, and says why, when the other side is no device that is trusted', async () => {
    const kept = 'k'.repeat(43)
    for (const theirs of [[], ['x'.repeat(43)]]) {
      const { send, receive } = people({ sender: [kept], receiver: theirs })
      const [sent, received] = [send(), receive()]
      expect((await phaseOf(sent, 'comparing')).comparison).toMatchObject({
        trust: 'unproven',
        isDone: false,
      })
      const trust = theirs.length > 0 ? 'unproven' : 'new'
      expect((await phaseOf(received, 'comparing')).comparison).toMatchObject({ trust, isDone: false })
      await pause()
      expect(received.status.offer).toBeNull()
      sent.cancel()
      await received.finished.catch(() => {})
    }
  })
})
