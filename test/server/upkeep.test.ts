import pino from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { createConnections } from '../../server/connections.ts'
import { startUpkeep } from '../../server/upkeep.ts'
import { newId, withAda } from '../storage/open-temporary.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('uploads whose time is over are given up by a timer, and their quota comes back', async () => {
  const hourMs = 60 * 60 * 1000
  let now = 1_700_000_000_000
  const clock = () => now
  const { storage, ada, root, space } = await withAda(100, { clock, uploadsKeptMs: hourMs })
  const id = newId()
  await storage.uploads.open(ada, { id, folder: root, name: 'n', size: 80, modifiedAt: 0, onClash: 'fail' })
  const given = vi.spyOn(storage.uploads, 'expire')
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const limits = { maxConnections: 1, maxConnectionsPerAddress: 1, maxGuestsPerAddress: 1 }
  const stop = startUpkeep({ storage, clock, log: pino({ level: 'silent' }) }, createConnections(limits))
  vi.advanceTimersByTime(hourMs)
  expect(given).toHaveBeenCalledWith(now)
  await Promise.all(given.mock.results.map(result => result.value))
  expect(await storage.spaces.get(space)).toMatchObject({ reservedBytes: 80 })
  now += hourMs
  vi.advanceTimersByTime(hourMs)
  await Promise.all(given.mock.results.map(result => result.value))
  expect(await storage.spaces.get(space)).toMatchObject({ reservedBytes: 0 })
  stop()
  const calls = given.mock.calls.length
  vi.advanceTimersByTime(hourMs)
  expect(given).toHaveBeenCalledTimes(calls)
})
