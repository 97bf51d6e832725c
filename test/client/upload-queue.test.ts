import { afterEach, describe, expect, test } from 'vitest'
import type { TransferLink, UploadMemory, UploadQueue, UploadRequest } from '../../client/core/api.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import type { UploadQueueOptions } from '../../client/core/upload/upload-tools.ts'
import { limits } from '../../protocol/limits.ts'
import type { ParamsInput } from '../../protocol/table.ts'
import type { UnfinishedUpload } from '../../protocol/values.ts'
import { createFakeHub, fakeId } from './fake-hub.ts'
import { memorySource, someBytes } from './memory-source.ts'

const folder = fakeId('folder')
const queues: UploadQueue[] = []
afterEach(() => {
  for (const queue of queues.splice(0)) queue.close()
})

const openQueue = (hub: ReturnType<typeof createFakeHub>, options: Partial<UploadQueueOptions> = {}) => {
  const queue = createUploadQueue({ link: hub.link, ...options })
  queues.push(queue)
  return queue
}
const request = (name: string, bytes: Uint8Array<ArrayBuffer>, more: Partial<UploadRequest> = {}) =>
  ({
    ...{ source: memorySource(name, bytes, `inode of ${name}`), folder, path: [], name, onClash: 'fail' },
    ...more,
  }) satisfies UploadRequest as UploadRequest
const statesOf = (queue: UploadQueue) => queue.items.map(item => item.state)
const large = 600_000

/** As toEqual(), which looks at each byte by itself. */
const expectSame = (found: Uint8Array | undefined, bytes: Uint8Array) =>
  expect(Buffer.compare(found ?? Buffer.alloc(0), bytes)).toBe(0)

/** A large file "a" of which the hub has a part, from a client that is gone. */
const leaveUnfinished = async (hub: ReturnType<typeof createFakeHub>): Promise<UnfinishedUpload> => {
  const queue = openQueue(hub)
  queue.add([request('a', someBytes(large))])
  await hub.whenReceived(200_000)
  queue.close()
  const [id] = hub.uploads.keys()
  if (id === undefined) throw new Error('nothing was begun')
  const times = { modifiedAt: 1_700_000_000_000, createdAt: 0, touchedAt: 0, expiresAt: 0 }
  const sizes = { size: large, declaredBytes: 0, storedBytes: 1000 }
  return { id, space: fakeId('space'), folder, name: 'a', onClash: 'fail', bound: false, ...times, ...sizes }
}

describe('the upload queue', () => {
  test('is the only one of its client until it is closed, as two would wait for each other’s credit', async () => {
    const hub = createFakeHub()
    const first = openQueue(hub)
    expect(() => openQueue(hub)).toThrow('close it first')
    first.close()
    const second = openQueue(hub)
    first.close()
    expect(() => openQueue(hub)).toThrow('close it first')
    second.add([request('a', someBytes(10))])
    await second.whenIdle()
    expect(statesOf(second)).toEqual(['done'])
  })

  test('small and large files in folders arrive, small ones in few calls', async () => {
    const hub = createFakeHub({ windowBytes: 8 * 1024 * 1024 })
    const queue = openQueue(hub)
    const requests = Array.from({ length: 1000 }, (_, i) =>
      request(`small ${i}`, someBytes(i % 100, i), { path: i % 2 ? ['a', 'b'] : ['a'] }),
    )
    queue.add([...requests, request('large', someBytes(large))])
    await queue.whenIdle()
    expect(new Set(statesOf(queue))).toEqual(new Set(['done']))
    expect(hub.entries()).toHaveLength(1001)
    expect(hub.counted.calls.get('upload.putMany')).toBe(4)
    expect(hub.counted.calls.get('folder.create')).toBe(2)
    expect(hub.counted.overruns).toBe(0)
    const bytes = requests.reduce((sum, { source }) => sum + source.size, large)
    expect(queue.totals).toMatchObject({ files: 1001, doneFiles: 1001, failedFiles: 0, bytes })
    expect(queue.totals.storedBytes).toBe(bytes)
    for (let i = 0; i < 1000; i++) {
      const path = i % 2 ? fakeId(`${fakeId(`${folder}/a`)}/b`) : fakeId(`${folder}/a`)
      expect(hub.contentOf(path, `small ${i}`), `small ${i}`).toEqual(someBytes(i % 100, i))
    }
  })

  test('one call of small files is read after another, so that the first is soon on its way', async () => {
    const queue = openQueue(createFakeHub())
    const reads: string[] = []
    const requests = ['a', 'b', 'c'].flatMap(path =>
      Array.from({ length: 40 }, (_, i) => {
        const source = memorySource(`${i}`, someBytes(900, i))
        const read: typeof source.read = (...range) => {
          reads.push(path)
          return source.read(...range)
        }
        return request(`${i}`, someBytes(0), { source: { ...source, read }, path: [path] })
      }),
    )
    queue.add(requests)
    await queue.whenIdle()
    expect(reads).toEqual(requests.map(({ path }) => path[0]))
  })

  test('a large file begins when the one before is sent, but not more than one ahead of what is stored', async () => {
    const hub = createFakeHub()
    const queue = openQueue(hub, { largeAtOnce: 1 })
    const letCommit = hub.holdCommits()
    const twoSent = hub.whenReceived(2 * large)
    queue.add([1, 2, 3].map(n => request(`${n}`, someBytes(large, n))))
    await twoSent
    expect(statesOf(queue)).toEqual(['running', 'running', 'queued'])
    letCommit()
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done', 'done', 'done'])
  })

  test('small files arrive once, whichever message the connection breaks at', async () => {
    const run = async (cutAt: number | null) => {
      const hub = createFakeHub()
      if (cutAt !== null) hub.cutAtMessage(cutAt)
      const queue = openQueue(hub)
      queue.add(
        Array.from({ length: 30 }, (_, i) => request(`${i}`, someBytes(5000, i), { onClash: 'replace' })),
      )
      await queue.whenIdle()
      expect(new Set(statesOf(queue)), `cut at ${cutAt}`).toEqual(new Set(['done']))
      expect(hub.entries(), `cut at ${cutAt}`).toHaveLength(30)
      expect(hub.counted.overruns).toBe(0)
      // What the hub has from before the cut was this upload's own.
      expect(queue.items.filter(({ unchanged }) => unchanged)).toEqual([])
      expect(queue.totals).toMatchObject({ storedBytes: 30 * 5000, reusedBytes: 0 })
      return hub.messages
    }
    const messages = await run(null)
    expect(messages).toBeGreaterThan(3)
    for (let at = 0; at < messages; at++) await run(at)
  })

  test('batches that broke with their connection are sent anew, and make nothing twice', async () => {
    const run = async (cutAt: number | null) => {
      const hub = createFakeHub({ windowBytes: 16 * 2 ** 20 })
      if (cutAt !== null) hub.cutAtMessage(cutAt)
      const queue = openQueue(hub)
      const contents = Array.from({ length: 120 }, (_, i) => someBytes(20_000, i))
      queue.add(contents.map((bytes, i) => request(`${i}`, bytes)))
      await queue.whenIdle()
      expect(new Set(statesOf(queue)), `cut at ${cutAt}`).toEqual(new Set(['done']))
      expect(hub.entries(), `cut at ${cutAt}`).toHaveLength(contents.length)
      for (const [i, bytes] of contents.entries()) expectSame(hub.contentOf(folder, `${i}`), bytes)
      return hub.messages
    }
    const messages = await run(null)
    for (let at = 0; at < messages; at += 5) await run(at)
  })

  test('batches that have to be repeated as they are, lest a file is made twice, never become large', async () => {
    const hub = createFakeHub({ windowBytes: 16 * 2 ** 20 })
    const sizes: number[] = []
    const call: TransferLink['call'] = (name, params, options) => {
      const { files = [] } = params as Partial<ParamsInput<'upload.putMany'>>
      if (name === 'upload.putMany') sizes.push(files.reduce((sum, { size }) => sum + size, 0))
      return hub.link.call(name, params, options)
    }
    const queue = createUploadQueue({ link: Object.create(hub.link, { call: { value: call } }) })
    queues.push(queue)
    queue.add(
      Array.from({ length: 120 }, (_, i) => request(`${i}`, someBytes(20_000, i), { onClash: 'keepBoth' })),
    )
    await queue.whenIdle()
    expect(hub.entries()).toHaveLength(120)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(128 * 1024)
  })

  /** The link takes the first message and nothing more until it is told to. */
  const stuck = (count: number, bytes: number) => {
    const hub = createFakeHub()
    const buffered = { bytes: 0 }
    const sendBinary: TransferLink['sendBinary'] = (message, taken) => {
      buffered.bytes = 2 ** 30
      hub.link.sendBinary(message, taken)
    }
    const link: TransferLink = Object.create(hub.link, {
      bufferedBytes: { get: () => buffered.bytes },
      sendBinary: { value: sendBinary },
    })
    const queue = createUploadQueue({ link })
    queues.push(queue)
    queue.add(Array.from({ length: count }, (_, i) => request(`${i}`, someBytes(bytes, i))))
    return { hub, queue, letGo: () => Object.assign(buffered, { bytes: 0 }) }
  }

  test.each(['cancel', 'pause', 'close'] as const)(
    'after %s no bytes of small files follow those that are on their way',
    async how => {
      const { hub, queue, letGo } = stuck(40, 5000)
      await expect.poll(() => queue.totals.sentBytes).toBeGreaterThan(0)
      const { sentBytes } = queue.totals
      queue[how]()
      letGo()
      await expect.poll(() => 5000 * hub.entries().length).toBe(sentBytes)
      expect(sentBytes).toBeLessThan(10 * 5000)
      expect(hub.counted).toMatchObject({ sentBytes, overruns: 0 })
      if (how !== 'pause') return
      queue.resume()
      // Each further message is taken at once.
      const going = setInterval(letGo)
      await queue.whenIdle()
      clearInterval(going)
      expect(new Set(statesOf(queue))).toEqual(new Set(['done']))
      expect(hub.entries()).toHaveLength(40)
    },
  )

  test('a small file that is paused and resumed while its batch breaks is sent anew once', async () => {
    const { hub, queue, letGo } = stuck(10, 200_000)
    await expect.poll(() => queue.totals.sentBytes).toBeGreaterThan(0)
    queue.pause()
    queue.resume()
    hub.cut()
    const going = setInterval(letGo)
    await queue.whenIdle()
    expect(new Set(statesOf(queue))).toEqual(new Set(['done']))
    // It was queued again in the turn after, and found there.
    await new Promise(resolve => setTimeout(resolve))
    clearInterval(going)
    expect(queue.items.filter(({ state, unchanged }) => state !== 'done' || unchanged)).toEqual([])
  })

  test('a taken name is asked about, and each answer is followed', async () => {
    const hub = createFakeHub()
    const queue = openQueue(hub)
    for (const size of [1000, large]) {
      queue.add([request(`${size}`, someBytes(size, 1))])
      await queue.whenIdle()
      const choices = ['keepBoth', 'replace', 'skip'] as const
      const ids = queue.add(
        choices.map((_, i) => request(`${size}`, someBytes(size, 2 + i), { onClash: 'ask' })),
      )
      await queue.whenIdle()
      for (const [i, choice] of choices.entries()) {
        const item = queue.items.find(one => one.id === ids[i])
        expect(item).toMatchObject({ state: 'clash', entry: { name: `${size}` } })
        queue.resolveClash([ids[i] ?? ''], choice)
        await queue.whenIdle()
      }
      expect(statesOf(queue).slice(-3)).toEqual(['done', 'done', 'cancelled'])
      expect(hub.contentOf(folder, `${size} (2)`)).toHaveLength(size)
      expect(hub.contentOf(folder, `${size}`)?.slice(0, 100)).toEqual(someBytes(size, 3).slice(0, 100))
    }
  })

  test('the same small file again is done and unchanged, without a question', async () => {
    const hub = createFakeHub()
    const queue = openQueue(hub)
    queue.add([request('a', someBytes(10))])
    await queue.whenIdle()
    queue.add([request('a', someBytes(10), { onClash: 'ask' })])
    await queue.whenIdle()
    expect(queue.items[1]).toMatchObject({ state: 'done', unchanged: true })
  })

  test('small files that are there already are found by one question for each folder, and not sent', async () => {
    const hub = createFakeHub()
    const files = [[], ['a'], ['a', 'b']].flatMap(path =>
      Array.from({ length: 20 }, (_, i) => request(`${i}`, someBytes(900, i), { path, onClash: 'replace' })),
    )
    const first = openQueue(hub)
    first.add(files)
    await first.whenIdle()
    expect(first.totals.sentBytes).toBe(60 * 900)
    // Not for the folders that were made for them.
    expect(hub.counted.calls.get('upload.findMany')).toBe(1)
    first.close()

    const other = openQueue(hub)
    const changed = request('7', someBytes(900, 77), { path: ['a', 'b'], onClash: 'replace' })
    const twice = request('8', someBytes(900, 8), { path: ['a', 'b'], onClash: 'keepBoth' })
    const others = files.filter(({ name, path }) => path.length < 2 || (name !== '7' && name !== '8'))
    other.add([...others, changed, twice])
    await other.whenIdle()
    expect(other.totals).toMatchObject({ doneFiles: 60, sentBytes: 2 * 900, reusedBytes: 58 * 900 })
    expect(hub.counted.calls.get('upload.findMany')).toBe(4)
    const deep = fakeId(`${fakeId(`${folder}/a`)}/b`)
    expect(hub.contentOf(deep, '7')).toEqual(someBytes(900, 77))
    expect(hub.contentOf(deep, '8 (2)')).toEqual(someBytes(900, 8))
  })

  test('a file that was uploaded before and is unchanged is not read', async () => {
    const hub = createFakeHub()
    const files = new Map()
    const memory: UploadMemory = {
      get: async key => files.get(key) ?? null,
      set: async (key, file) => void files.set(key, file),
    }
    const queue = openQueue(hub, { memory, memoryKey: 'hub and user' })
    queue.add([request('a', someBytes(large))])
    await queue.whenIdle()
    const again = request('a', someBytes(large), { onClash: 'replace' })
    queue.add([again])
    await queue.whenIdle()
    expect((again.source as ReturnType<typeof memorySource>).readBytes).toBe(0)
    expect(queue.items[1]).toMatchObject({ state: 'done', unchanged: true, sentBytes: 0, reusedBytes: large })
  })

  test('pause stops, resume goes on, cancel ends it on the hub and a second time removes the row', async () => {
    const hub = createFakeHub({ windowBytes: 65_536 })
    const queue = openQueue(hub)
    const [id = ''] = queue.add([request('a', someBytes(large))])
    await hub.whenReceived(100_000)
    queue.pause()
    queue.resume()
    queue.pause()
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['paused'])
    queue.resume([id])
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done'])
    expect(hub.counted.sentBytes).toBeLessThan(large + 2 * 65_536)
    const [other = ''] = queue.add([request('b', someBytes(large, 2))])
    await hub.whenReceived(large + 200_000)
    queue.cancel([other])
    queue.cancel([other, id])
    expect(queue.items).toHaveLength(0)
    expect(queue.totals).toMatchObject({ files: 0, bytes: 0 })
  })

  test('a lost connection shows as waiting and ends by itself', async () => {
    const hub = createFakeHub({ windowBytes: 65_536 })
    const queue = openQueue(hub)
    const seen = new Set<string>()
    queue.onChange(() => {
      for (const state of statesOf(queue)) seen.add(state)
    })
    queue.add([request('a', someBytes(large))])
    await hub.whenReceived(100_000)
    hub.cut()
    await queue.whenIdle()
    expect(seen).toContain('waiting')
    expect(statesOf(queue)).toEqual(['done'])
  })

  test('what another run left unfinished waits for its file and then sends only the rest', async () => {
    const hub = createFakeHub({ windowBytes: 65_536 })
    const unfinished = await leaveUnfinished(hub)
    const sentBefore = hub.counted.sentBytes
    const queue = openQueue(hub)
    queue.adopt(unfinished, null)
    expect(statesOf(queue)).toEqual(['detached'])
    queue.attach(unfinished.id, memorySource('a', someBytes(large)))
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done'])
    expect(hub.counted.sentBytes - sentBefore).toBeLessThan(large - 100_000)
    expectSame(hub.contentOf(folder, 'a'), someBytes(large))
  })

  test('the same file added again goes on with what the hub has unfinished of it', async () => {
    const hub = createFakeHub({ windowBytes: 65_536 })
    const unfinished = await leaveUnfinished(hub)
    const sentBefore = hub.counted.sentBytes
    const queue = openQueue(hub)
    queue.adopt(unfinished, null)
    queue.add([request('other', someBytes(large)), request('a', someBytes(large))])
    await queue.whenIdle()
    expect(queue.items.map(({ name, state }) => [name, state])).toEqual([
      ['other', 'done'],
      ['a', 'done'],
    ])
    expect(hub.counted.sentBytes - sentBefore).toBeLessThan(2 * large - 100_000)
    expect(queue.items[1]?.upload).toBe(unfinished.id)
    expectSame(hub.contentOf(folder, 'a'), someBytes(large))
  })

  test('an upload that is gone on with by another file of the same size begins anew, and is never a mixture', async () => {
    const hub = createFakeHub({ windowBytes: 65_536 })
    const unfinished = await leaveUnfinished(hub)
    const queue = openQueue(hub)
    // The same at first: its chunks are those of the hub's upload until they differ.
    const other = someBytes(large)
    other.set(someBytes(large, 9).subarray(100_000), 100_000)
    const id = queue.adopt(unfinished, memorySource('a', other))
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done'])
    expect(queue.items.find(item => item.id === id)?.upload).not.toBe(unfinished.id)
    expectSame(hub.contentOf(folder, 'a'), other)
    expect(hub.uploads.has(unfinished.id)).toBe(false)
  })

  test('what the hub has lost goes on as another upload, which its row names', async () => {
    const hub = createFakeHub({ windowBytes: 65_536 })
    const unfinished = await leaveUnfinished(hub)
    hub.uploads.clear()
    const queue = openQueue(hub)
    queue.adopt(unfinished, memorySource('a', someBytes(large)))
    await hub.whenReceived(400_000)
    expect(queue.items.map(({ upload }) => upload)).toEqual([...hub.uploads.keys()])
    expect(queue.items[0]?.upload).not.toBe(unfinished.id)
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done'])
  })

  test('a name that the hub cannot take fails alone, before anything of it is sent, however often it is tried', async () => {
    const hub = createFakeHub()
    const queue = openQueue(hub)
    const good = Array.from({ length: 20 }, (_, i) => request(`good ${i}`, someBytes(100, i)))
    const bad = [
      request('Icon\r', someBytes(0)),
      request('large\t', someBytes(large)),
      request('inside', someBytes(100), { path: ['fine', 'two\nlines', 'below'] }),
    ]
    const ids = queue.add([...good, ...bad])
    await queue.whenIdle()
    const badItems = () => queue.items.filter(item => ids.indexOf(item.id) >= good.length)
    const nameWords = 'A name cannot contain control characters.'
    const words = [nameWords, nameWords, `It is in a folder whose name is not possible: ${nameWords}`]
    expect(badItems().map(item => item.error?.message)).toEqual(words)
    expect(hub.entries().map(({ name }) => name)).toEqual(good.map(({ name }) => name))
    const calls = new Map(hub.counted.calls)
    expect([...calls.keys()].toSorted()).toEqual(['upload.credit', 'upload.findMany', 'upload.putMany'])
    queue.retry()
    await queue.whenIdle()
    expect(badItems().map(item => item.state)).toEqual(['failed', 'failed', 'failed'])
    expect(hub.counted.calls.get('upload.putMany')).toBe(calls.get('upload.putMany'))

    const making = queue.makeFolders(folder, [['also\n', 'below'], ['possible']])
    await expect(making).rejects.toThrow('not possible')
    expect(hub.counted.calls.get('folder.create')).toBe(1)
  })

  test('a date that the hub cannot note fails alone, at its edge', async () => {
    const hub = createFakeHub()
    const queue = openQueue(hub)
    const dated = (name: string, modifiedAt: number) => {
      const { source, ...one } = request(name, someBytes(10))
      return { ...one, source: { ...source, modifiedAt } }
    }
    const { timeMs } = limits
    queue.add([
      dated('first', -timeMs),
      dated('before', -timeMs - 1),
      dated('last', timeMs),
      dated('after', timeMs + 1),
    ])
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done', 'failed', 'done', 'failed'])
    expect(queue.items[3]?.error?.message).toBe('Its date is further away than the hub can note.')
  })

  test('a file that cannot be read fails alone, and retry tries it again', async () => {
    const hub = createFakeHub()
    const queue = openQueue(hub)
    const broken = memorySource('broken', someBytes(100))
    broken.hasChanged = true
    queue.add([request('fine', someBytes(50)), { ...request('broken', someBytes(1)), source: broken }])
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done', 'failed'])
    expect(queue.items[1]?.error?.reason).toBe('conflict')
    broken.hasChanged = false
    queue.retry()
    await queue.whenIdle()
    expect(statesOf(queue)).toEqual(['done', 'done'])
  })
})
