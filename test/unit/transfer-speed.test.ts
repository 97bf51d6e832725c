import { describe, expect, test } from 'vitest'
import { createSpeedometer } from '../../client/core/speedometer.ts'
import type { ShownUpload } from '../../client/web/uploads/messages.ts'
import { isHeldUp } from '../../client/web/uploads/tray-order.ts'
import { timeLeft } from '../../client/web/uploads/upload-words.ts'

const MB = 1_000_000

/** Measures second by second; answers the rates. */
const ratesOf = (bytesPerSecond: readonly number[]) => {
  const speed = createSpeedometer()
  let bytes = 0
  speed.measure(bytes, 0)
  const rates = bytesPerSecond.map((count, i) => {
    bytes += count
    speed.measure(bytes, (i + 1) * 1000)
    return speed.rate
  })
  return { rates, seconds: speed.seconds }
}

const times = (count: number, bytes: number) => Array.from({ length: count }, () => bytes)

describe('createSpeedometer', () => {
  test('tells a steady rate, and follows it when it changes', () => {
    const { rates, seconds } = ratesOf([...times(10, MB), ...times(10, 3 * MB)])
    expect(rates[9]).toBeCloseTo(MB)
    expect(rates[19]).toBeGreaterThan(2.9 * MB)
    expect(seconds).toEqual([...times(10, MB), ...times(10, 3 * MB)])
  })

  test('tells none while nothing moves, and never an absurdly small one before', () => {
    const { rates, seconds } = ratesOf([...times(10, MB), ...times(40, 0), ...times(5, MB)])
    expect(rates.slice(20, 50)).toEqual(times(30, 0))
    for (const rate of rates.slice(10, 20)) expect([0, MB]).toContain(Math.round(rate))
    expect(rates.at(-1)).toBeGreaterThan(0.8 * MB)
    expect(seconds.slice(10, 50)).toEqual(times(40, 0))
  })

  test('tells the rate of a slow link where whole chunks come seconds apart', () => {
    const chunkEachEightSeconds = Array.from({ length: 80 }, (_, i) => (i % 8 === 7 ? 8 * MB : 0))
    const { rates } = ratesOf(chunkEachEightSeconds)
    for (const rate of rates.slice(8)) expect(rate / MB).toBeCloseTo(1)
  })

  test('goes on telling it where a chunk takes half a minute and others a few seconds', () => {
    const kB = 1000
    const gaps = [35, 35, 12, 35, 5, 35, 35]
    const { rates } = ratesOf(gaps.flatMap(gap => [...times(gap - 1, 0), gap * 30 * kB]))
    for (const rate of rates.slice(70)) expect(rate / kB).toBeCloseTo(30)
    // Nobody knows when what comes first began.
    expect(new Set(rates.slice(0, 70).map(Math.round))).toEqual(new Set([0, 30 * kB]))
  })

  test('takes no wait for the speed of what comes after it', () => {
    const { rates } = ratesOf([...times(300, 0), ...times(5, MB), ...times(90, 0), ...times(5, MB)])
    for (const rate of rates) expect([0, MB]).toContain(Math.round(rate))
    for (const at of [301, 303, 396, 399]) expect(rates[at]).toBeCloseTo(MB)
    expect(rates[394]).toBe(0)
  })
})

describe('timeLeft', () => {
  test('is told in seconds, minutes and hours, and beyond a day no longer', () => {
    expect(timeLeft(10 * MB, MB)).toBe('10 s left')
    expect(timeLeft(150 * MB, MB)).toBe('3 min left')
    expect(timeLeft(7500 * MB, MB)).toBe('2 h 5 min left')
    expect(timeLeft(42 * MB, 21)).toBe('more than a day left')
  })

  test('is not told while nothing moves', () => {
    expect(timeLeft(MB, 0)).toBe('')
  })
})

test.each<[boolean, ShownUpload['state'][]]>([
  [true, ['waiting', 'queued', 'done']],
  [false, ['waiting', 'running']],
  [false, ['queued', 'done']],
  [false, []],
])('that uploads are held up is %s for %j', (held, states) => {
  expect(isHeldUp(states.map(state => ({ state }) as ShownUpload))).toBe(held)
})
