import { expect, test } from 'vitest'
import { creditBudget, type Lease, stillMs } from '../../server/transfers/credit.ts'

const MiB = 2 ** 20

type Sender = { lease: Lease; credit: number; stored: number; lacking: number; stalled: boolean }

const budgetOf = (budgetBytes: number, clock = { now: 0 }) => {
  const budget = creditBudget({ budgetBytes, windowBytes: 16 * MiB, stallMs: 60_000 }, () => clock.now)
  const sender = (): Sender => {
    const self: Sender = {
      credit: 0,
      stored: 0,
      lacking: 0,
      stalled: false,
      lease: budget.lease({
        granted: bytes => {
          self.credit += bytes
        },
        lackingBytes: () => self.lacking,
        stalled: () => {
          self.stalled = true
        },
      }),
    }
    return self
  }
  return { budget, sender, clock }
}

test('a connection gets at most a window, and nothing without asking', () => {
  const { sender } = budgetOf(128 * MiB)
  const { lease } = sender()
  expect(() => lease.spend(1)).toThrow(/granted/)
  expect(lease.ask(100 * MiB)).toBe(16 * MiB)
  expect(lease.ask(MiB)).toBe(0)
  lease.spend(16 * MiB)
  expect(() => lease.spend(1)).toThrow(/granted/)
  expect(lease.giveBack(MiB)).toBe(MiB)
  lease.spend(MiB)
})

test('credit that was given back with 0 stays away until it is asked for again', () => {
  const { sender } = budgetOf(8 * MiB)
  const first = sender()
  const second = sender()
  expect(first.lease.ask(8 * MiB)).toBe(8 * MiB)
  first.lease.spend(MiB)
  expect(second.lease.ask(8 * MiB)).toBe(0)
  expect(first.lease.ask(0)).toBe(0)
  expect(second.credit).toBe(7 * MiB)
  expect(first.lease.giveBack(MiB)).toBe(0)
  expect(second.credit).toBe(8 * MiB)
  expect(() => first.lease.spend(1)).toThrow(/granted/)
})

test('twenty connections share a budget for two chunks, each in its turn', () => {
  const { sender } = budgetOf(8 * MiB)
  const senders = Array.from({ length: 20 }, sender)
  for (const one of senders) one.credit += one.lease.ask(16 * MiB)
  for (let round = 0; round < 400; round++) {
    const inMemory = senders.reduce((sum, one) => sum + one.credit, 0)
    expect(inMemory).toBeLessThanOrEqual(8 * MiB)
    const [next] = senders.filter(one => one.credit >= MiB).sort((a, b) => a.stored - b.stored)
    if (!next) throw new Error('Nobody can go on.')
    next.lease.spend(MiB)
    next.credit -= MiB
    next.stored++
    const kept = next.lease.giveBack(MiB)
    next.credit += kept
  }
  const counts = senders.map(one => one.stored)
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(400 / 20 - 4)
  expect(Math.max(...counts)).toBeLessThanOrEqual(400 / 20 + 4)
})

test('what is left of their credit, too little for the next chunk of each, does not stop them all', () => {
  const { budget, sender, clock } = budgetOf(8 * MiB)
  /** The sizes of chunks as cutting by content makes them: never twice alike. */
  let drawn = 1
  const nextChunk = () => {
    drawn = (drawn * 48_271) % 2_147_483_647
    return MiB / 4 + (drawn % (3.75 * MiB))
  }
  const all = Array.from({ length: 6 }, () => ({ sender: sender(), chunk: nextChunk() }))
  for (const { sender } of all) sender.credit += sender.lease.ask(16 * MiB)
  let stops = 0
  for (let round = 0; round < 3000; round++) {
    const inMemory = all.reduce((sum, { sender }) => sum + sender.credit, 0)
    expect(inMemory).toBeLessThanOrEqual((8 + 4) * MiB)
    const ready = () =>
      all
        .filter(({ sender, chunk }) => sender.credit >= chunk)
        .sort((a, b) => a.sender.stored - b.sender.stored)
    if (ready().length === 0) {
      stops++
      clock.now += stillMs - 1
      budget.moveOn()
      expect(ready()).toEqual([])
      clock.now++
      budget.moveOn()
    }
    const [next] = ready()
    if (!next) throw new Error(`Nobody can go on after ${round} chunks.`)
    next.sender.lease.spend(next.chunk)
    next.sender.credit -= next.chunk
    next.sender.stored++
    // Before it is added: it may be granted more meanwhile.
    const kept = next.sender.lease.giveBack(next.chunk)
    next.sender.credit += kept
    next.chunk = nextChunk()
  }
  const counts = all.map(({ sender }) => sender.stored)
  expect(stops).toBeGreaterThan(10)
  expect(Math.min(...counts)).toBeGreaterThan(3000 / 6 / 2)
})

test('a chunk that was begun is finished before anyone new is let in', () => {
  const { sender } = budgetOf(8 * MiB)
  const [first, second, third] = [sender(), sender(), sender()]
  first.credit = first.lease.ask(4 * MiB)
  second.credit = second.lease.ask(4 * MiB)
  expect(third.lease.ask(4 * MiB)).toBe(0)
  first.lease.spend(4 * MiB)
  first.lacking = 3 * MiB
  expect(first.lease.giveBack(MiB)).toBe(MiB)
  expect(third.credit).toBe(0)
  first.lease.spend(MiB)
  first.lacking = 0
  first.lease.giveBack(4 * MiB)
  expect(third.credit).toBe(4 * MiB)
})

test('who holds credit and sends nothing is ended while others wait, and only then', () => {
  const { budget, sender, clock } = budgetOf(4 * MiB)
  const idle = sender()
  idle.lease.ask(4 * MiB)
  clock.now = 61_000
  budget.endStalled()
  expect(idle.stalled).toBe(false)
  const waiting = sender()
  waiting.lease.ask(MiB)
  budget.endStalled()
  expect(idle.stalled).toBe(true)
  idle.lease.close()
  expect(waiting.credit).toBe(MiB)
})

test('bytes of a closed connection count until they are out of memory', () => {
  const { sender } = budgetOf(4 * MiB)
  const gone = sender()
  gone.lease.ask(4 * MiB)
  gone.lease.spend(4 * MiB)
  gone.lease.close()
  const waiting = sender()
  expect(waiting.lease.ask(4 * MiB)).toBe(0)
  gone.lease.giveBack(4 * MiB)
  expect(waiting.credit).toBe(4 * MiB)
})

test('bytes of a closed connection are there for the next one, also where nobody waited for them', () => {
  const { sender } = budgetOf(4 * MiB)
  const gone = sender()
  gone.lease.ask(4 * MiB)
  gone.lease.spend(4 * MiB)
  gone.lease.close()
  expect(gone.lease.giveBack(4 * MiB)).toBe(0)
  expect(sender().lease.ask(4 * MiB)).toBe(4 * MiB)
})
