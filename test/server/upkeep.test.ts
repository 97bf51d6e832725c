import pino from 'pino'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createConnections } from '../../server/connections.ts'
import { startUpkeep } from '../../server/upkeep.ts'
import { newId, withAda } from '../storage/open-temporary.ts'
import { temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('uploads whose time is over are given up by a timer, and their quota comes back', async () => {
  const hourMs = 60 * 60 * 1000
  let now = 1_700_000_000_000
  const clock = () => now
  const { storage, actor, root, space } = await withAda(100, { clock, uploadsKeptMs: hourMs })
  const id = newId()
  await storage.uploads.open(actor, { id, folder: root, name: 'n', size: 80, modifiedAt: 0, onClash: 'fail' })
  const given = vi.spyOn(storage.uploads, 'expire')
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const limits = { maxConnections: 1, maxConnectionsPerAddress: 1, maxGuestsPerAddress: 1 }
  const transfers = { uploads: { ended: vi.fn() } }
  const log = pino({ level: 'silent' })
  const stop = startUpkeep(
    { storage, transfers, rooms: { sweep: () => undefined }, clock, log },
    createConnections(limits),
  )
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

test('who watches the folder is told that an upload expired', async () => {
  const dayMs = 24 * 60 * 60 * 1000
  let now = Date.now()
  const hub = await temporaryHub({ WHERRY_UPLOAD_EXPIRY_DAYS: '1' }, { clock: () => now })
  onTestFinished(() => hub.remove())
  const client = await signedInClient(hub.socketUrl)
  onTestFinished(() => client.close())
  const upload = newId()
  await client.call('folder.watch', { folder: client.root })
  const fields = { name: 'n', size: 80, modifiedAt: 0, onClash: 'fail' } as const
  await client.call('upload.open', { upload, stream: 1, folder: client.root, ...fields })
  expect((await client.event('transfer.progressed')).uploads).toMatchObject([{ upload, state: 'running' }])
  now += 2 * dayMs
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const nobody = { maxConnections: 1, maxConnectionsPerAddress: 1, maxGuestsPerAddress: 1 }
  const stop = startUpkeep(hub.hub, createConnections(nobody))
  vi.advanceTimersByTime(dayMs / 24)
  stop()
  expect((await client.event('transfer.progressed')).uploads).toMatchObject([{ upload, state: 'ended' }])
})
