import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { DownloadProgress, UploadQueue, UploadRequest } from '../../client/core/api.ts'
import { download } from '../../client/core/download/download.ts'
import { readPages } from '../../client/core/folder/folder-pages.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { fileSink } from '../../client/node/file-sink.ts'
import { memorySource, someBytes } from '../client/memory-source.ts'
import { temporaryHub } from '../support/hub.ts'
import { administrator } from '../support/hub-process.ts'
import { narrowLink } from '../support/narrow-link.ts'
import { signedInClient } from '../support/transfer-client.ts'

const slowUpload = async (bytesPerSecond: number) => {
  const hub = await temporaryHub()
  onTestFinished(hub.remove)
  const link = await narrowLink(hub.port, bytesPerSecond)
  onTestFinished(link.close)
  const { client, root } = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => client.close())
  const queue = createUploadQueue({ link: client })
  onTestFinished(() => queue.close())
  return { hub, link, client, root, queue }
}

test('a connection that is slow is not taken for dead while what was sent waits in buffers of the system', async () => {
  const { client, root, queue } = await slowUpload(100_000)
  // Zeros are one chunk, so nothing of it is durable before it is whole.
  const source = memorySource('slow.bin', new Uint8Array(2_500_000))
  const { epoch } = client
  const coming = new Set<number>()
  queue.onChange(() => coming.add(queue.totals.comingBytes))
  queue.add([{ source, folder: root, path: [], name: 'slow.bin', onClash: 'fail' }])
  await queue.whenIdle()
  expect(queue.items.map(({ state }) => state)).toEqual(['done'])
  expect(client.epoch).toBe(epoch)
  expect(queue.totals.sentBytes).toBe(2_500_000)
  // What the hub has of it is told in between.
  expect([...coming].filter(bytes => bytes > 0 && bytes < 2_500_000).length).toBeGreaterThan(3)
  expect(queue.totals).toMatchObject({ storedBytes: 2_500_000, comingBytes: 0 })
})

test('small files go a few at a time over a slow link, so that a call between them is answered and little is lost', async () => {
  const files = 20
  const { client, root, queue } = await slowUpload(400_000)
  queue.add(
    Array.from({ length: files }, (_, i) => {
      const name = `${i}.bin`
      const source = memorySource(name, new Uint8Array(250_000).fill(i))
      return { source, folder: root, path: [], name, onClash: 'fail' }
    }),
  )
  await expect.poll(() => queue.totals.doneFiles, { timeout: 20_000 }).toBeGreaterThan(0)
  expect(queue.totals.doneFiles).toBeLessThan(files / 2)
  await client.call('space.list', {})
  expect(queue.totals.sentBytes).toBeLessThan(queue.totals.bytes)
  await queue.whenIdle()
  expect(queue.totals.doneFiles).toBe(files)
})

test('a download over a slow link tells what arrived before a chunk of it is whole', async () => {
  const hub = await temporaryHub()
  onTestFinished(hub.remove)
  const { client, root } = await signedInClient(hub.url, administrator)
  onTestFinished(() => client.close())
  const queue = createUploadQueue({ link: client })
  onTestFinished(() => queue.close())
  const size = 2_000_000
  const source = memorySource('zeros.bin', new Uint8Array(size))
  queue.add([{ source, folder: root, path: [], name: 'zeros.bin', onClash: 'fail' }])
  await queue.whenIdle()

  const link = await narrowLink(hub.port, 400_000, 'down')
  onTestFinished(link.close)
  const slow = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => slow.client.close())
  const told: DownloadProgress[] = []
  const file = join(hub.directory, 'zeros.bin')
  await download(slow.client, queue.items[0]?.entry?.id ?? '', fileSink(file, 'zeros'), {
    onProgress: progress => told.push(progress),
  })
  const coming = told.filter(({ receivedBytes }) => receivedBytes === 0).map(({ comingBytes }) => comingBytes)
  expect(coming).toEqual(coming.toSorted((a, b) => a - b))
  expect(new Set(coming).size).toBeGreaterThan(4)
  expect(told.at(-1)).toEqual({ size, receivedBytes: size, reusedBytes: 0, comingBytes: 0 })
})

test('a folder comes in small pages over a slow link, so that none takes as long as a dead connection', async () => {
  const hub = await temporaryHub()
  onTestFinished(hub.remove)
  const { client, root: folder } = await signedInClient(hub.url, administrator)
  onTestFinished(() => client.close())
  const names = Array.from({ length: 1100 }, (_, i) => `a folder ${i}`)
  for (let i = 0; i < names.length; i += 100) {
    const some = names.slice(i, i + 100)
    await Promise.all(some.map(name => client.call('folder.create', { folder, name, onClash: 'fail' })))
  }
  const link = await narrowLink(hub.port, 80_000, 'down')
  onTestFinished(link.close)
  const slow = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => slow.client.close())
  const pages: number[] = []
  await readPages(slow.client, folder, new AbortController().signal, ({ entries }) => {
    pages.push(entries.length)
  })
  expect(pages).toEqual([500, 500, 100])
}, 30_000)

test('what came of an upload counts no more when its file turns out to be there already', async () => {
  const { client, root, queue, link, hub } = await slowUpload(300_000)
  const other = await signedInClient(hub.url, administrator)
  onTestFinished(() => other.client.close())
  const otherQueue = createUploadQueue({ link: other.client })
  onTestFinished(() => otherQueue.close())
  const request = (): UploadRequest => {
    const source = memorySource('same.bin', new Uint8Array(3_000_000))
    return { source, folder: root, path: [], name: 'same.bin', onClash: 'ask' }
  }
  queue.add([request()])
  await expect.poll(() => queue.totals.comingBytes, { timeout: 20_000 }).toBeGreaterThan(0)
  queue.pause()
  link.bytesPerSecond = null
  otherQueue.add([request()])
  await otherQueue.whenIdle()
  await client.call('upload.cancel', { upload: queue.items[0]?.upload ?? '' })
  queue.resume()
  await queue.whenIdle()
  expect(queue.totals).toMatchObject({ doneFiles: 1, storedBytes: 3_000_000, comingBytes: 0 })
})

test('others are told of an upload what the hub knew of it before, too', async () => {
  const { client, root, queue, hub } = await slowUpload(1_000_000)
  const other = await signedInClient(hub.url, administrator)
  onTestFinished(() => other.client.close())
  const known = someBytes(4_000_000, 1)
  const upload = async (to: UploadQueue, name: string, bytes: Uint8Array<ArrayBuffer>) => {
    to.add([{ source: memorySource(name, bytes), folder: root, path: [], name, onClash: 'fail' }])
    await to.whenIdle()
  }
  const otherQueue = createUploadQueue({ link: other.client })
  onTestFinished(() => otherQueue.close())
  await upload(otherQueue, 'known.bin', known)
  const told: number[] = []
  await other.client.call('folder.watch', { folder: root })
  other.client.on('transfer.progressed', ({ uploads }) => {
    for (const { name, state, storedBytes } of uploads)
      if (name === 'longer.bin' && state === 'running') told.push(storedBytes)
  })
  const longer = new Uint8Array([...known, ...someBytes(4_000_000, 2)])
  await upload(queue, 'longer.bin', longer)
  expect(client.state).toBe('live')
  expect(queue.totals.reusedBytes).toBeGreaterThan(1_000_000)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(Math.max(...told)).toBeGreaterThan(0.75 * longer.length)
})
