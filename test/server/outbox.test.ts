import { expect, test } from 'vitest'
import { createOutbox, sliceScratch } from '../../server/transfers/outbox.ts'
import { openRig } from './transfers-rig.ts'

test('connections read ahead from one budget, and each may always hold one chunk', async () => {
  const rig = await openRig()
  const shared = { bytes: 0, maxBytes: 30 }
  const bounds = { aheadBytes: 20, bufferedBytes: 100, stallMs: 1000, shared }
  const open = () => createOutbox(rig.connect(), bounds, () => 0, sliceScratch())
  const [first, second] = [open(), open()]
  const free = [await first.reserve(10), await first.reserve(10), await second.reserve(10)]
  let isServed = false
  const waiting = second.reserve(10).then(done => {
    isServed = true
    return done
  })
  const third = await open().reserve(10)
  expect([isServed, shared.bytes]).toEqual([false, 40])
  for (const done of [third, ...free]) done()
  ;(await waiting)()
  expect(shared.bytes).toBe(0)
})
