import { expect, test } from 'vitest'
import { createStallWatch, stalledMs } from '../../client/core/stall.ts'

/** Looks at figures in turn, a second apart; answers when it was stalled, in seconds. */
const stalledSeconds = (figures: readonly (readonly number[] | null)[]): number[] => {
  const stall = createStallWatch()
  return figures.flatMap((now, second) => {
    stall.look(now, second * 1000)
    return stall.isStalled ? [second] : []
  })
}
const times = <T>(count: number, what: T): T[] => Array.from({ length: count }, () => what)
const stillSeconds = stalledMs / 1000

test('it is stalled after a while without movement, and no longer when something moves, forth or back', () => {
  for (const next of [
    [1, 3],
    [1, 1],
    [3, 0],
  ])
    expect(stalledSeconds([...times(stillSeconds + 2, [1, 2]), next, next])).toEqual([
      stillSeconds,
      stillSeconds + 1,
    ])
})

test('what moves just in time is not stalled', () => {
  expect(stalledSeconds(Array.from({ length: 100 }, (_, i) => [0, Math.floor(i / stillSeconds)]))).toEqual([])
})

test('nothing is stalled while nothing is under way, nor at once when it begins', () => {
  expect(stalledSeconds([...times(100, null), ...times(stillSeconds, [0, 0])])).toEqual([])
})
