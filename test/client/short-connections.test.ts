import { hash } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Source } from '../../client/core/api.ts'
import { download } from '../../client/core/download/download.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { shortLink } from '../support/short-link.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { memorySource, someBytes } from './memory-source.ts'

const KiB = 1024
/** Less than the smallest chunk. */
const connectionBytes = 200 * KiB
/** The slice that a connection breaks in is sent again, and on a fast link it is about half of what went. */
const mostTimesSent = 3
let hub: HubProcess

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
}, 30_000)
afterAll(() => hub?.remove())

test('an upload gets on over connections that all break before one chunk is through', async () => {
  const link = await shortLink(hub.port, 'up', connectionBytes)
  onTestFinished(link.close)
  const { client, root } = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => client.close())
  const chunkBytes = client.hello?.chunking.minBytes ?? 0
  expect(connectionBytes).toBeLessThan(chunkBytes)
  const bytes = someBytes(6 * 1024 * KiB, 3)
  const queue = createUploadQueue({ link: client })
  onTestFinished(() => queue.close())
  queue.add([{ source: memorySource('a', bytes), folder: root, path: [], name: 'a', onClash: 'fail' }])
  await queue.whenIdle()
  expect(queue.items[0]).toMatchObject({ state: 'done', storedBytes: bytes.length })
  expect(link.count).toBeGreaterThan(bytes.length / connectionBytes)
  expect(link.sentBytes).toBeLessThan(mostTimesSent * bytes.length)
  const { url } = await client.call('download.url', { entries: [queue.items[0]?.entry?.id ?? ''] })
  const got = Buffer.from(await (await fetch(`${hub.url}${url}`)).arrayBuffer())
  expect(got.equals(bytes)).toBe(true)
}, 60_000)

test('so do small files, of which one connection carries less than is sent at once', async () => {
  const link = await shortLink(hub.port, 'up', 300 * KiB)
  onTestFinished(link.close)
  const { client, root } = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => client.close())
  const queue = createUploadQueue({ link: client })
  onTestFinished(() => queue.close())
  const files = Array.from({ length: 60 }, (_, i) => memorySource(`small ${i}`, someBytes(16_000, i)))
  queue.add(
    files.map((source, i) => ({
      ...{ source, folder: root, name: source.name, onClash: 'fail' as const },
      path: i % 2 ? ['odd'] : [],
    })),
  )
  await queue.whenIdle()
  expect(new Set(queue.items.map(({ state }) => state))).toEqual(new Set(['done']))
  expect(queue.items.filter(({ unchanged }) => unchanged)).toEqual([])
  expect(link.sentBytes).toBeLessThan(3 * mostTimesSent * 60 * 16_000)
}, 60_000)

test('so does a download', async () => {
  const bytes = someBytes(6 * 1024 * KiB, 4)
  const direct = await signedInClient(hub.url, administrator)
  onTestFinished(() => direct.client.close())
  const queue = createUploadQueue({ link: direct.client })
  onTestFinished(() => queue.close())
  const { root: folder } = direct
  queue.add([{ source: memorySource('b', bytes), folder, path: [], name: 'b', onClash: 'fail' }])
  await queue.whenIdle()

  const link = await shortLink(hub.port, 'down', connectionBytes)
  onTestFinished(link.close)
  const { client } = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => client.close())
  const got = new Uint8Array(bytes.length)
  const file = await download(client, queue.items[0]?.entry?.id ?? '', {
    has: async () => new Set(),
    write: async (_index, position, chunk) => got.set(chunk, position),
    finish: async () => {},
    stop: async () => {},
  })
  expect(file.size).toBe(bytes.length)
  expect(Buffer.compare(got, bytes)).toBe(0)
  expect(link.count).toBeGreaterThan(bytes.length / connectionBytes)
  expect(link.sentBytes).toBeLessThan(mostTimesSent * bytes.length)
}, 60_000)

const chunkBytes = 100

/** A file in more chunks than one connection can name, as if it had been cut so before; all but the last ones are the same. */
const manyChunks = () => {
  const bytes = new Uint8Array(6000 * chunkBytes)
  bytes.set(someBytes(300 * chunkBytes, 5), bytes.length - 300 * chunkBytes)
  const source = memorySource('many', bytes, 'many')
  const { size, modifiedAt, changedAt } = source
  const chunks = Array.from({ length: size / chunkBytes }, (_, i) => ({
    hash: hash('sha256', bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes)),
    size: chunkBytes,
  }))
  const known = { size, modifiedAt, changedAt, digest: '', chunks }
  return { bytes, source, memory: { get: async () => known, set: async () => {} } }
}

test('an upload and a download get on over connections that carry less than the list of all chunks', async () => {
  const { bytes, source, memory } = manyChunks()
  const direct = await signedInClient(hub.url, administrator)
  onTestFinished(() => direct.client.close())
  const begun = createUploadQueue({ link: direct.client, memory })
  onTestFinished(() => begun.close())
  const request = { folder: direct.root, path: [], onClash: 'fail' as const }
  begun.add([{ source: memorySource('one', new Uint8Array(chunkBytes)), name: 'one', ...request }])
  await begun.whenIdle()
  // It never comes to its end.
  const paused = Promise.withResolvers<never>()
  paused.promise.catch(() => {})
  const stalling: Source = {
    ...source,
    read: (start, ...rest) => (start > 0.95 * bytes.length ? paused.promise : source.read(start, ...rest)),
  }
  begun.onChange(() => {
    if (begun.totals.storedBytes < 0.93 * bytes.length) return
    begun.pause()
    paused.reject(new Error('paused'))
  })
  begun.add([{ source: stalling, name: 'many', ...request }])
  await expect.poll(() => begun.items[1]?.state, { timeout: 20_000 }).toBe('paused')
  const { uploads } = await direct.client.call('upload.list', {})
  const unfinished = uploads.find(({ name }) => name === 'many')
  if (!unfinished) throw new Error('it is finished already')

  const link = await shortLink(hub.port, 'down', connectionBytes)
  onTestFinished(link.close)
  const { client } = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => client.close())
  const queue = createUploadQueue({ link: client, memory })
  onTestFinished(() => queue.close())
  queue.adopt(unfinished, source)
  await queue.whenIdle()
  expect(queue.items[0]).toMatchObject({ state: 'done', storedBytes: bytes.length })
  expect(queue.totals.sentBytes).toBeLessThan(0.1 * bytes.length)

  const got = new Uint8Array(bytes.length)
  await download(client, queue.items[0]?.entry?.id ?? '', {
    has: async () => new Set(),
    write: async (_index, position, chunk) => got.set(chunk, position),
    finish: async () => {},
    stop: async () => {},
  })
  expect(Buffer.compare(got, bytes)).toBe(0)
}, 120_000)
