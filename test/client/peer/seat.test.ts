import { describe, expect, it } from 'vitest'
import type { ConnectionState, HubClient, TransferLink } from '../../../client/core/api.ts'
import { createListeners } from '../../../client/core/listeners.ts'
import { keepSeat } from '../../../client/core/peer/seat.ts'
import { createSignalPace } from '../../../client/core/peer/signal-pace.ts'
import { type Reason, WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import { manualTimers, settle } from '../../support/manual-timers.ts'

/** A seat on a connection of which only the state is there; `answer` is what the hub says to the next tries. */
const keptSeat = () => {
  const timers = manualTimers()
  const states = createListeners<ConnectionState>()
  const link = { state: 'live' as ConnectionState, epoch: 1, onState: states.add }
  const heard: string[] = []
  const hub = { tries: 0, answer: null as WherryError | null }
  const seat = keepSeat({
    client: link as unknown as HubClient & TransferLink,
    timers,
    async take() {
      hub.tries += 1
      if (hub.answer) throw hub.answer
      return true
    },
    lost: () => heard.push('lost'),
    taken: present => heard.push(`taken ${present}`),
    failed: error => heard.push(error.reason),
  })
  const go = async (state: ConnectionState) => {
    link.state = state
    if (state === 'live' || state === 'signedOut') link.epoch += 1
    states.emit(state)
    await settle()
  }
  const refuse = (reason: Reason, details = {}) => {
    hub.answer = new WherryError(reason, undefined, details)
  }
  return { timers, heard, hub, seat, go, refuse }
}

describe('a seat that is kept', () => {
  it('is taken again on each connection, signed in or not', async () => {
    const { heard, go, hub } = keptSeat()
    await go('reconnecting')
    await go('offline')
    await go('live')
    await go('reconnecting')
    await go('signedOut')
    // The same connection, replaced without a word.
    await go('signedOut')
    expect(heard).toEqual(['lost', 'taken true', 'lost', 'taken true', 'lost', 'taken true'])
    expect(hub.tries).toBe(3)
  })

  it('is looked for ten minutes where the hub does not know the room, then given up', async () => {
    const { timers, heard, go, refuse, hub } = keptSeat()
    refuse('not_found')
    await go('reconnecting')
    await go('live')
    await timers.pass(590_000)
    expect(heard).toEqual(['lost'])
    // Each try counts as a guess at the hub, which allows some dozens in a quarter of an hour.
    expect(hub.tries).toBeLessThan(30)
    await timers.pass(60_000)
    expect(heard).toEqual(['lost', 'not_found'])
  })

  it('waits as long as the hub says, and for a sign-in where one is needed', async () => {
    const { timers, heard, go, refuse, hub } = keptSeat()
    refuse('too_many_requests', { retryAfterMs: 30_000 })
    await go('reconnecting')
    await go('live')
    await timers.pass(29_000)
    expect(hub.tries).toBe(1)
    refuse('unauthenticated')
    await timers.pass(2_000)
    expect(hub.tries).toBe(2)
    await timers.pass(3_600_000)
    expect(hub.tries).toBe(2)
    hub.answer = null
    await go('live')
    expect(heard).toEqual(['lost', 'taken true'])
  })

  it('ends where somebody else has the room, and is not taken once it is stopped', async () => {
    const first = keptSeat()
    first.refuse('conflict')
    await first.go('reconnecting')
    await first.go('live')
    expect(first.heard).toEqual(['lost', 'conflict'])
    const second = keptSeat()
    second.seat.stop()
    await second.go('reconnecting')
    await second.go('live')
    expect(second.hub.tries).toBe(0)
  })
})

describe('the pace of signals', () => {
  it('never lets more arrive within a second than the hub takes, however long the network kept them', async () => {
    const timers = manualTimers()
    const pace = createSignalPace(timers)
    const open: (() => void)[] = []
    const sent: number[] = []
    const all = Array.from({ length: 50 }, (_, i) =>
      pace.run(() => {
        sent.push(i)
        return new Promise(resolve => open.push(resolve))
      }),
    )
    expect(sent).toHaveLength(limits.signalsPerSecond)
    // Unanswered ones may all arrive at any time from now on.
    await timers.pass(10_000)
    expect(sent).toHaveLength(limits.signalsPerSecond)
    for (const answer of open.splice(0, 5)) answer()
    await timers.pass(1_000)
    expect(sent).toHaveLength(limits.signalsPerSecond)
    await timers.pass(100)
    expect(sent).toHaveLength(limits.signalsPerSecond + 5)
    while (sent.length < 50) {
      for (const answer of open.splice(0)) answer()
      await timers.pass(2_000)
    }
    for (const answer of open.splice(0)) answer()
    await Promise.all(all)
    expect(sent).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  it('goes on after one that failed', async () => {
    const timers = manualTimers()
    const pace = createSignalPace(timers)
    await expect(pace.run(() => Promise.reject(new WherryError('peer_away')))).rejects.toThrow()
    await pace.run(async () => {})
  })
})
