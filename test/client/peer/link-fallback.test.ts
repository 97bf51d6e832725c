import { expect, test } from 'vitest'
import { createLink } from '../../../client/core/peer/link/link.ts'
import { createSealer } from '../../../client/core/peer/link/sealer.ts'
import { systemTimers } from '../../../client/core/timers.ts'
import { someBytes } from '../memory-source.ts'
import { somePairKeys } from './link-pair.ts'
import { memoryCarriers } from './memory-carriers.ts'

/** Whose ticks come twice as often: it notices first that a carrier is dead. */
const hasty = {
  now: systemTimers.now,
  after: (ms: number, run: () => void) => systemTimers.after(ms / 2, run),
}

test('a carrier that dies is left soon also where the other side left it before, and says so by another', async () => {
  const keys = somePairKeys()
  const a = createLink(await createSealer(keys.sender))
  const b = createLink(await createSealer(keys.receiver), hasty)
  const direct = memoryCarriers('direct', { bytesPerMs: 20_000 })
  const relayed = memoryCarriers('relayed', { bytesPerMs: 20_000 })
  for (const way of [relayed, direct]) {
    a.addCarrier(way[0])
    b.addCarrier(way[1])
  }
  await expect.poll(() => a.path).toBe('direct')

  let lastAt = performance.now()
  let longestMs = 0
  b.onMessage(() => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - lastAt)
    lastAt = now
  })
  const message = someBytes(60 * 1024)
  const until = performance.now() + 3000
  const pouring = (async () => {
    while (performance.now() < until) await a.send(message)
  })()
  // As a receiver does with what it has written.
  const telling = setInterval(() => void b.send(new Uint8Array(40)).catch(() => {}), 5)
  await new Promise(resolve => setTimeout(resolve, 500))
  // What comes from b last on the direct way is not the last that it has got.
  direct[1].isSilent = true
  await new Promise(resolve => setTimeout(resolve, 20))
  direct[0].isSilent = true
  await pouring
  clearInterval(telling)
  expect(longestMs).toBeLessThan(700)
  expect(a.path).toBe('relayed')
  a.abandon()
  b.abandon()
})
