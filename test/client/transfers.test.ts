import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { HubClient, TransferLink, UploadQueue } from '../../client/core/api.ts'
import { download } from '../../client/core/download/download.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import type { UploadQueueOptions } from '../../client/core/upload/upload-tools.ts'
import { fileSink } from '../../client/node/file-sink.ts'
import { fileSource } from '../../client/node/file-source.ts'
import { fileUploadMemory } from '../../client/node/upload-memory.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { someBytes } from './memory-source.ts'

const MiB = 1024 * 1024
let hub: HubProcess
let client: HubClient & TransferLink
let root: string
let directory: string
const queues: UploadQueue[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-transfers-'))
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  const signedIn = await signedInClient(hub.url, administrator)
  client = signedIn.client
  root = signedIn.root
}, 30_000)
afterEach(() => {
  for (const queue of queues.splice(0)) queue.close()
})
afterAll(async () => {
  client?.close()
  await hub?.remove()
  await rm(directory, { recursive: true })
})

const openQueue = (options: Partial<UploadQueueOptions> = {}): UploadQueue => {
  const queue = createUploadQueue({ link: client, ...options })
  queues.push(queue)
  return queue
}

/** A file of bytes that look random. */
const largeFile = async (name: string, mebibytes: number, seed: number, prefix?: Uint8Array) => {
  const file = join(directory, name)
  const handle = await open(file, 'w')
  if (prefix) await handle.write(prefix)
  for (let i = 0; i < mebibytes; i++) await handle.write(someBytes(MiB, seed * 100_003 + i * 7919))
  await handle.close()
  return file
}

const add = (queue: UploadQueue, file: string, name: string) =>
  queue.add([{ source: fileSource(file), folder: root, path: [], name, onClash: 'fail' }])

const hashOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece)
  return hash.digest('hex')
}

const expectSame = async (entry: string | undefined, file: string) => {
  const copy = join(directory, 'copy')
  await download(client, entry ?? '', fileSink(copy, entry ?? ''))
  expect(await hashOf(copy)).toBe(await hashOf(file))
  await rm(copy)
}

describe('transfers with a real hub', () => {
  test('a large file goes up and comes down as it was; again, and with bytes inserted, next to nothing is sent', async () => {
    const file = await largeFile('a', 200, 1)
    const queue = openQueue()
    add(queue, file, 'a')
    await queue.whenIdle()
    expect(queue.items[0]).toMatchObject({ state: 'done', sentBytes: 200 * MiB, reusedBytes: 0 })
    await expectSame(queue.items[0]?.entry?.id, file)
    add(queue, file, 'b')
    await queue.whenIdle()
    expect(queue.items[1]).toMatchObject({ state: 'done', sentBytes: 0, reusedBytes: 200 * MiB })
    const shifted = await largeFile('c', 200, 1, someBytes(MiB, 99))
    add(queue, shifted, 'c')
    await queue.whenIdle()
    expect(queue.items[2]?.state).toBe('done')
    // The inserted bytes, and chunks until the cuts meet again; how many depends on the seed of this hub.
    expect(queue.items[2]?.sentBytes).toBeLessThan(24 * MiB)
    await expectSame(queue.items[2]?.entry?.id, shifted)
  }, 120_000)

  test('an upload goes on by itself after the hub was killed, and sends at most one window twice', async () => {
    const file = await largeFile('killed', 200, 2)
    const queue = openQueue()
    add(queue, file, 'killed')
    const half = new Promise<void>(resolve => {
      queue.onChange(() => {
        if ((queue.items[0]?.storedBytes ?? 0) > 60 * MiB) resolve()
      })
    })
    await half
    await hub.kill()
    await hub.start()
    await queue.whenIdle()
    expect(queue.items[0]).toMatchObject({ state: 'done', error: null })
    const windowBytes = client.hello?.limits.windowBytes ?? 0
    expect(queue.items[0]?.sentBytes).toBeLessThanOrEqual(200 * MiB + windowBytes)
    await expectSame(queue.items[0]?.entry?.id, file)
  }, 120_000)

  test('small files in folders arrive, are downloaded as they were, and replaced', async () => {
    const queue = openQueue()
    const files = await Promise.all(
      Array.from({ length: 600 }, async (_, i) => {
        const file = join(directory, `small ${i}`)
        await writeFile(file, someBytes((i * 37) % 20_000, i))
        return file
      }),
    )
    const request = (file: string, i: number) => ({
      ...{ source: fileSource(file), folder: root, path: ['small', `${i % 3}`], name: `${i}` },
      onClash: 'replace' as const,
    })
    queue.add(files.map(request))
    await queue.whenIdle()
    expect(new Set(queue.items.map(item => item.error?.message ?? item.state))).toEqual(new Set(['done']))
    for (const i of [0, 1, 599]) await expectSame(queue.items[i]?.entry?.id, files[i] ?? '')
    queue.add(files.map(request))
    await queue.whenIdle()
    expect(queue.items.slice(600).every(item => item.unchanged)).toBe(true)
  }, 60_000)

  test('a taken name of a small and of a large file shows the entry that has it', async () => {
    const queue = openQueue()
    for (const size of [100, 400_000]) {
      const file = join(directory, `clash ${size}`)
      await writeFile(file, someBytes(size, 5))
      add(queue, file, `clash ${size}`)
      await queue.whenIdle()
      await writeFile(file, someBytes(size, 6))
      const [id] = queue.add([
        { source: fileSource(file), folder: root, path: [], name: `clash ${size}`, onClash: 'ask' },
      ])
      await queue.whenIdle()
      const item = queue.items.find(one => one.id === id)
      expect(item).toMatchObject({ state: 'clash', entry: { name: `clash ${size}` } })
      queue.resolveClash([id ?? ''], 'keepBoth')
      await queue.whenIdle()
      const kept = queue.items.find(one => one.id === id)
      expect(kept).toMatchObject({ state: 'done', entry: { name: `clash ${size} (2)` } })
    }
  }, 60_000)

  test('empty folders below a taken name share the answer, and are forgotten when their files are cancelled', async () => {
    const queue = openQueue()
    const file = join(directory, 'docs')
    await writeFile(file, 'docs')
    add(queue, file, 'docs')
    await queue.whenIdle()
    const dropFolder = async () => {
      const request = {
        source: fileSource(file),
        folder: root,
        path: ['docs'],
        name: 'a',
        onClash: 'ask' as const,
      }
      const ids = queue.add([request])
      await queue.whenIdle()
      return ids
    }
    const namesIn = async (name: string) => {
      const { entries } = await client.call('folder.list', { folder: root })
      const id = entries.find(entry => entry.name === name)?.id ?? ''
      return (await client.call('folder.list', { folder: id })).entries.map(entry => entry.name)
    }
    const cancelled = await dropFolder()
    await queue.makeFolders(root, [['docs', 'empty']])
    queue.cancel(cancelled)
    queue.resolveClash(await dropFolder(), 'keepBoth')
    await queue.whenIdle()
    expect(await namesIn('docs (2)')).toEqual(['a'])

    const kept = await dropFolder()
    await queue.makeFolders(root, [['docs', 'empty']])
    queue.resolveClash(kept, 'keepBoth')
    await queue.whenIdle()
    expect(await namesIn('docs (3)')).toEqual(['empty', 'a'])
  }, 60_000)

  test('a file that this machine uploaded before is not read again', async () => {
    const file = await largeFile('remembered', 20, 3)
    const memory = fileUploadMemory(join(directory, 'memory'))
    const queue = openQueue({ memory, memoryKey: 'test' })
    add(queue, file, 'remembered')
    await queue.whenIdle()
    const source = fileSource(file)
    const read: number[] = []
    const watched = {
      ...source,
      read: (start: number, length: number) => {
        if (length > 0) read.push(start)
        return source.read(start, length)
      },
    }
    queue.add([{ source: watched, folder: root, path: [], name: 'again', onClash: 'fail' }])
    await queue.whenIdle()
    expect(queue.items[1]).toMatchObject({ state: 'done', sentBytes: 0, reusedBytes: 20 * MiB })
    expect(read).toEqual([])
    await expectSame(queue.items[1]?.entry?.id, file)
  }, 60_000)
})
