import { expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { createRelayBudget, maxWindowBytes } from '../../server/rooms/relay-budget.ts'

const MiB = 2 ** 20
const first = limits.relayFirstBytes
const receiver = () => ({})

/** A direction that fills its window until it gets no more. */
const grown = (budget: ReturnType<typeof createRelayBudget<object>>, to: object): number => {
  let window = first
  budget.want(to)
  for (let more = budget.grow(to, window); more > 0; more = budget.grow(to, window)) {
    window += more
  }
  return window
}

test('a window doubles up to the most that one gets', () => {
  const budget = createRelayBudget<object>(48 * MiB, 12 * MiB)
  const to = receiver()
  expect(budget.begin(to)).toBe(true)
  expect(budget.grow(to, first)).toBe(first)
  expect(budget.grow(to, 2 * first)).toBe(2 * first)
  expect(budget.grow(to, maxWindowBytes - 1)).toBe(1)
  expect(budget.grow(to, maxWindowBytes)).toBe(0)
})

test('a quarter of the budget stays for relays that are yet to begin', () => {
  const budget = createRelayBudget<object>(16 * MiB, 12 * MiB)
  for (let at = 0; at < 8; at++) {
    const to = receiver()
    expect(budget.begin(to)).toBe(true)
    grown(budget, to)
  }
  // Those that came when the others had grown have their first windows of the quarter.
  expect(budget.usedBytes).toBeGreaterThanOrEqual(12 * MiB)
  expect(budget.usedBytes).toBeLessThanOrEqual(12 * MiB + 8 * first)
  const more = Math.floor((16 * MiB - budget.usedBytes) / first)
  for (let at = 0; at < more; at++) expect(budget.begin(receiver())).toBe(true)
  expect(budget.begin(receiver())).toBe(false)
})

test('who has more than a fair share has an excess once the budget is short', () => {
  const budget = createRelayBudget<object>(16 * MiB, 12 * MiB)
  const windows = Array.from({ length: 4 }, () => {
    const to = receiver()
    budget.begin(to)
    return grown(budget, to)
  })
  expect(Math.max(...windows)).toBe(maxWindowBytes)
  expect(budget.usedBytes).toBeGreaterThanOrEqual(12 * MiB)
  expect(budget.excess(maxWindowBytes)).toBe(MiB)
  expect(budget.excess(3 * MiB)).toBe(0)
  budget.sweep()
  expect(budget.excess(maxWindowBytes)).toBe(MiB)
  budget.sweep()
  // Nobody wants anything any more.
  expect(budget.excess(maxWindowBytes)).toBe(0)
})

test('one socket is owed no more than its part, and is forgotten when all came back', () => {
  const budget = createRelayBudget<object>(48 * MiB, 2 * MiB)
  const to = receiver()
  for (let at = 0; at < 7; at++) expect(budget.begin(to)).toBe(true)
  expect(grown(budget, to)).toBe(2 * first)
  expect(budget.begin(to)).toBe(false)
  expect(budget.begin(receiver())).toBe(true)
  budget.release(to, 2 * MiB)
  expect(budget.usedBytes).toBe(first)
  expect(budget.begin(to)).toBe(true)
})
