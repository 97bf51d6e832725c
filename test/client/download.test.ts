import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Sink } from '../../client/core/api.ts'
import { download } from '../../client/core/download/download.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { partName } from '../../client/node/file-place.ts'
import { fileSink } from '../../client/node/file-sink.ts'
import { isReason } from '../../protocol/errors.ts'
import { createFakeHub, fakeId } from './fake-hub.ts'
import { memorySource, someBytes } from './memory-source.ts'

const folder = fakeId('folder')
let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-download-'))
})
afterEach(() => rm(directory, { recursive: true }))

const size = 600_000
const put = async (hub: ReturnType<typeof createFakeHub>, bytes: Uint8Array<ArrayBuffer>) => {
  const queue = createUploadQueue({ link: hub.link })
  queue.add([{ source: memorySource('a', bytes), folder, path: [], name: 'a', onClash: 'replace' }])
  await queue.whenIdle()
  queue.close()
  const [item] = queue.items
  if (!item?.entry) throw new Error('not uploaded')
  return item.entry
}
const failureOf = (promise: Promise<unknown>) => promise.catch(error => error)

describe('downloading into a file', () => {
  test.each([0, 1, 100_000, size])('%i bytes arrive verified, with the name and the date', async bytes => {
    const hub = createFakeHub()
    const content = someBytes(bytes)
    const entry = await put(hub, content)
    const file = join(directory, 'a')
    await download(hub.link, entry.id, fileSink(file, entry.id))
    expect(new Uint8Array(await readFile(file))).toEqual(content)
    expect((await stat(file)).mtimeMs).toBe(entry.modifiedAt)
    expect(await readdir(directory)).toEqual(['a'])
  })

  test.each([
    { bytes: 300_000, atOnce: false, step: 7 },
    { bytes: 262_143, atOnce: true, step: 3 },
  ])('a connection that breaks at any message delays a download and nothing else: %o', async one => {
    const { bytes, atOnce, step } = one
    const content = someBytes(bytes)
    const file = join(directory, 'a')
    const run = async (cutAt: number | null) => {
      const hub = createFakeHub()
      const entry = await put(hub, content)
      if (cutAt !== null) hub.cutAtMessage(cutAt)
      const before = hub.messages
      await download(hub.link, entry.id, fileSink(file, entry.id, { overwrite: true }), { atOnce })
      expect(new Uint8Array(await readFile(file)), `cut at ${cutAt}`).toEqual(content)
      await rm(file)
      return hub.messages - before
    }
    const messages = await run(null)
    expect(messages).toBeGreaterThan(50)
    for (let at = 0; at < messages; at += step) await run(at)
  })

  test('what an earlier run wrote is not sent again', async () => {
    const hub = createFakeHub()
    const entry = await put(hub, someBytes(size))
    const file = join(directory, 'a')
    const stop = new AbortController()
    const stopped = await failureOf(
      download(hub.link, entry.id, fileSink(file, entry.id), {
        signal: stop.signal,
        onProgress: ({ receivedBytes }) => {
          if (receivedBytes > 200_000) stop.abort()
        },
      }),
    )
    expect(isReason(stopped, 'cancelled')).toBe(true)
    expect(await readdir(directory)).toEqual([basename(partName(file, entry.id))])
    let reused = 0
    await download(hub.link, entry.id, fileSink(file, entry.id), {
      onProgress: ({ reusedBytes }) => {
        reused = reusedBytes
      },
    })
    expect(reused).toBeGreaterThan(200_000)
    expect(new Uint8Array(await readFile(file))).toEqual(someBytes(size))
  })

  test('only the changed chunks of a changed file are sent when it is replaced', async () => {
    const hub = createFakeHub()
    const file = join(directory, 'a')
    const changed = someBytes(size)
    await writeFile(file, changed)
    changed[300_000] = 255 - (changed[300_000] ?? 0)
    const entry = await put(hub, changed)
    await download(hub.link, entry.id, fileSink(file, entry.id, { overwrite: true }))
    expect(new Uint8Array(await readFile(file))).toEqual(changed)
    expect(hub.counted.servedBytes).toBeLessThan(100_000)
  })

  test('a file that is there is not overwritten unless that was asked for', async () => {
    const hub = createFakeHub()
    const entry = await put(hub, someBytes(1000))
    const file = join(directory, 'a')
    await writeFile(file, 'mine')
    expect(
      isReason(await failureOf(download(hub.link, entry.id, fileSink(file, entry.id))), 'name_taken'),
    ).toBe(true)
    expect(await readFile(file, 'utf8')).toBe('mine')
    await download(hub.link, entry.id, fileSink(file, entry.id, { overwrite: true }))
    expect((await readFile(file)).length).toBe(1000)
  })

  test('wrong bytes are asked for once more, and are never written', async () => {
    const hub = createFakeHub()
    const content = someBytes(size)
    const entry = await put(hub, content)
    const [hash = ''] = hub.known.keys()
    const file = join(directory, 'a')
    hub.corruptOnce(hash)
    await download(hub.link, entry.id, fileSink(file, entry.id))
    expect(new Uint8Array(await readFile(file))).toEqual(content)
    const bad = hub.known.get(hash)
    if (bad) bad[0] = (bad[0] ?? 0) ^ 1
    const other = join(directory, 'b')
    expect(
      isReason(await failureOf(download(hub.link, entry.id, fileSink(other, entry.id))), 'chunk_damaged'),
    ).toBe(true)
    expect(await readdir(directory)).toEqual(['a', basename(partName(other, entry.id))])
  })

  test.each([0, 1, 100_000, 262_143])('%i bytes of which nothing is here come with one call', async bytes => {
    const hub = createFakeHub()
    const content = someBytes(bytes)
    const entry = await put(hub, content)
    hub.counted.calls.clear()
    const file = join(directory, 'a')
    await download(hub.link, entry.id, fileSink(file, entry.id), { atOnce: true })
    expect(new Uint8Array(await readFile(file))).toEqual(content)
    expect([...hub.counted.calls]).toEqual([['download.open', 1]])
    expect(hub.counted.servedBytes).toBe(bytes)
  })

  test('a small file gets through where no connection lasts for all of it', async () => {
    const hub = createFakeHub()
    const content = someBytes(200_000)
    const entry = await put(hub, content)
    const file = join(directory, 'a')
    // Each connection carries some twenty messages, of which there are more than forty.
    let connections = 0
    const cutLater = () => {
      if (hub.link.state === 'live' && connections++ < 12) hub.cutAtMessage(20)
    }
    hub.link.onState(cutLater)
    cutLater()
    await download(hub.link, entry.id, fileSink(file, entry.id), { atOnce: true })
    expect(new Uint8Array(await readFile(file))).toEqual(content)
    expect(connections).toBeGreaterThan(2)
    expect(hub.counted.servedBytes).toBeLessThan(2 * content.length)
  })

  test('a file that is too large to come with the answer comes as others do', async () => {
    const hub = createFakeHub()
    const content = someBytes(262_144)
    const entry = await put(hub, content)
    const file = join(directory, 'a')
    await download(hub.link, entry.id, fileSink(file, entry.id), { atOnce: true })
    expect(new Uint8Array(await readFile(file))).toEqual(content)
    expect(hub.counted.calls.get('download.close')).toBe(1)
  })

  test('a hub that sends nothing with the answer is asked in the old way, and the first file only asks in vain', async () => {
    const hub = createFakeHub({ isOld: true })
    const content = someBytes(1000)
    const entry = await put(hub, content)
    for (const name of ['a', 'b']) {
      await download(hub.link, entry.id, fileSink(join(directory, name), entry.id), { atOnce: true })
      expect(new Uint8Array(await readFile(join(directory, name)))).toEqual(content)
    }
    expect(hub.counted.calls.get('download.open')).toBe(3)
  })

  test('a small file that came wrong is asked for once more, and is never written wrong', async () => {
    const hub = createFakeHub()
    const content = someBytes(100_000)
    const entry = await put(hub, content)
    const [hash = ''] = hub.known.keys()
    const file = join(directory, 'a')
    hub.corruptOnce(hash)
    await download(hub.link, entry.id, fileSink(file, entry.id), { atOnce: true })
    expect(new Uint8Array(await readFile(file))).toEqual(content)
    expect(hub.counted.calls.get('download.read')).toBe(1)
    const bad = hub.known.get(hash)
    if (bad) bad[0] = (bad[0] ?? 0) ^ 1
    const other = download(hub.link, entry.id, fileSink(join(directory, 'b'), entry.id), { atOnce: true })
    expect(isReason(await failureOf(other), 'chunk_damaged')).toBe(true)
    expect(await readdir(directory)).toEqual(['a'])
  })

  test('chunks that are not those of the content are no file, though each is what its hash says', async () => {
    const hub = createFakeHub()
    const entry = await put(hub, someBytes(size))
    const { link } = hub
    const call = async (name: 'download.chunks', ...rest: [params: never]) => {
      const answer = await link.call(name, ...rest)
      return name === 'download.chunks' ? { ...answer, chunks: answer.chunks.toReversed() } : answer
    }
    const evil = Object.create(link, { call: { value: call } }) as typeof link
    const failure = await failureOf(download(evil, entry.id, fileSink(join(directory, 'a'), entry.id)))
    expect(isReason(failure, 'chunk_damaged')).toBe(true)
    expect(await readdir(directory)).toEqual([])
  })

  test('what is being written when it is stopped is written before the sink is', async () => {
    const hub = createFakeHub()
    const entry = await put(hub, someBytes(size))
    const stopping = new AbortController()
    const done: string[] = []
    const written = Promise.withResolvers<void>()
    const sink: Sink = {
      has: async () => new Set(),
      async write() {
        stopping.abort()
        await written.promise
        done.push('written')
      },
      finish: async () => void done.push('finished'),
      stop: async () => void done.push('stopped'),
    }
    const failure = failureOf(download(hub.link, entry.id, sink, { signal: stopping.signal }))
    for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    written.resolve()
    expect(isReason(await failure, 'cancelled')).toBe(true)
    await new Promise(setImmediate)
    expect(done[0]).toBe('written')
    expect(done.at(-1)).toBe('stopped')
  })

  test('what is here is compared no further when it is stopped, and nothing of it is lost', async () => {
    const hub = createFakeHub()
    const content = someBytes(size)
    const entry = await put(hub, content)
    const file = join(directory, 'a')
    await download(hub.link, entry.id, fileSink(file, entry.id))
    const stopping = new AbortController()
    const told: number[] = []
    const onCompared = (bytes: number) => {
      told.push(bytes)
      stopping.abort()
    }
    const again = download(hub.link, entry.id, fileSink(file, entry.id), {
      signal: stopping.signal,
      onCompared,
    })
    expect(isReason(await failureOf(again), 'cancelled')).toBe(true)
    expect(told).toHaveLength(1)
    expect(told[0]).toBeLessThan(size)
    expect(new Uint8Array(await readFile(file))).toEqual(content)
    expect(await readdir(directory)).toEqual(['a'])
  })

  test('a part is no other file of that name, and names of all lengths have one', async () => {
    const hub = createFakeHub()
    const content = someBytes(1000)
    const entry = await put(hub, content)
    const names = ['a.wherry-part', 'x'.repeat(255), 'é'.repeat(127)]
    for (const name of names) {
      const file = join(directory, name)
      await download(hub.link, entry.id, fileSink(file, entry.id))
      expect(new Uint8Array(await readFile(file))).toEqual(content)
    }
    await download(hub.link, entry.id, fileSink(join(directory, 'a'), entry.id))
    expect(await readdir(directory)).toEqual([...names, 'a'].sort())
  })

  test('a date before 1970 is kept', async () => {
    const hub = createFakeHub()
    const entry = await put(hub, someBytes(10))
    const sink = fileSink(join(directory, 'old'), entry.id)
    await download(hub.link, entry.id, {
      ...sink,
      finish: file => sink.finish({ ...file, modifiedAt: -631_152_000_000 }),
    })
    expect((await stat(join(directory, 'old'))).mtimeMs).toBe(-631_152_000_000)
  })

  test('a version that vanishes after a part of it was written is an error, not a mixture', async () => {
    const hub = createFakeHub()
    const entry = await put(hub, someBytes(size))
    const file = join(directory, 'a')
    let replaced: Promise<unknown> | null = null
    const gone = await failureOf(
      download(hub.link, entry.id, fileSink(file, entry.id), {
        onProgress: ({ receivedBytes }) => {
          if (receivedBytes === 0 || replaced) return
          hub.cut()
          replaced = put(hub, someBytes(size, 2))
        },
      }),
    )
    await replaced
    if (!isReason(gone, 'version_gone')) expect(new Uint8Array(await readFile(file))).toEqual(someBytes(size))
    else expect(await readdir(directory)).toEqual([basename(partName(file, entry.id))])
  })
})
