import { afterEach, describe, expect, test } from 'vitest'
import type { Source, TransferLink } from '../../client/core/api.ts'
import { contentDigest, subtleHashing, subtleSha256 } from '../../client/core/hashing.ts'
import { newId } from '../../client/core/new-id.ts'
import { createChunker } from '../../client/core/upload/chunker.ts'
import { gearTable } from '../../client/core/upload/gear.ts'
import { createCredit } from '../../client/core/upload/upload-credit.ts'
import {
  createFileUpload,
  type FileProgress,
  type FileUploadOptions,
} from '../../client/core/upload/upload-file.ts'
import { createSender } from '../../client/core/upload/upload-sender.ts'
import { isReason, WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import { createFakeHub, fakeId, smallChunking } from './fake-hub.ts'
import { memorySource, someBytes } from './memory-source.ts'

const gear = await gearTable(smallChunking.seed, subtleSha256)
const folder = fakeId('folder')
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const uploadOf = (
  hub: ReturnType<typeof createFakeHub>,
  source: Source,
  options: Partial<FileUploadOptions> = {},
) => {
  const credit = createCredit(hub.link)
  stops.push(credit.close)
  const progress: FileProgress[] = []
  const upload = createFileUpload({
    link: hub.link,
    sender: createSender(hub.link, credit),
    hashing: subtleHashing,
    chunker: createChunker(gear, smallChunking),
    source,
    upload: newId(),
    isOpen: false,
    target: { folder, name: source.name, onClash: 'fail' },
    onProgress: now => progress.push(now),
    ...options,
  })
  return { upload, progress, last: () => progress[progress.length - 1] }
}
const never = new AbortController().signal

/** An upload that was paused when more than 100,000 bytes of it were stored. */
const pausedUpload = async () => {
  const hub = createFakeHub({ windowBytes: smallChunking.maxBytes })
  const pause = new AbortController()
  const bytes = someBytes(400_000)
  const { upload } = uploadOf(hub, memorySource('a', bytes), {
    onProgress: ({ storedBytes }) => {
      if (storedBytes > 100_000) pause.abort()
    },
  })
  expect(isReason(await upload.run(pause.signal).catch(error => error), 'cancelled')).toBe(true)
  return { hub, upload, bytes }
}

describe('uploading one file', () => {
  test.each([0, 1, 2048, 100_000, 3_000_000])('a file of %i bytes arrives as it is', async size => {
    const hub = createFakeHub()
    const bytes = someBytes(size)
    const { upload, last } = uploadOf(hub, memorySource('a', bytes))
    const { entry, unchanged } = await upload.run(never)
    expect(unchanged).toBe(false)
    expect(entry.size).toBe(size)
    expect(Buffer.compare(hub.contentOf(folder, 'a') ?? Buffer.alloc(0), bytes)).toBe(0)
    expect(entry.digest).toBe(await contentDigest(upload.chunks(), subtleSha256))
    expect(last()).toMatchObject({ checkedBytes: size, storedBytes: size, sentBytes: size, reusedBytes: 0 })
    expect(hub.counted).toMatchObject({ sentBytes: size, overruns: 0 })
  })

  test('credit is never overrun, however small the window', async () => {
    const hub = createFakeHub({ windowBytes: smallChunking.maxBytes })
    await uploadOf(hub, memorySource('a', someBytes(500_000))).upload.run(never)
    expect(hub.counted.overruns).toBe(0)
    expect(hub.counted.maxUnacknowledged).toBeLessThanOrEqual(smallChunking.maxBytes)
  })

  test('what is cut of a slow file is sent without waiting for the rest of it', async () => {
    const hub = createFakeHub()
    const file = memorySource('a', someBytes(limits.chunkMaxBytes + 1000))
    const rest = Promise.withResolvers<void>()
    const slow: Source = {
      ...file,
      async read(start, length) {
        if (start > 0) await rest.promise
        return file.read(start, length)
      },
    }
    const isSent = Promise.withResolvers<void>()
    const { upload } = uploadOf(hub, slow, {
      onProgress: ({ sentBytes }) => {
        if (sentBytes > limits.chunkMaxBytes / 2) isSent.resolve()
      },
    })
    const done = upload.run(never)
    await isSent.promise
    rest.resolve()
    expect((await done).entry.size).toBe(file.size)
  })

  test('what the hub has is not sent', async () => {
    const hub = createFakeHub()
    const bytes = someBytes(500_000)
    await uploadOf(hub, memorySource('a', bytes)).upload.run(never)
    const again = uploadOf(hub, memorySource('b', bytes))
    await again.upload.run(never)
    expect(again.last()).toMatchObject({ sentBytes: 0, reusedBytes: 500_000, storedBytes: 500_000 })
  })

  test('a file that is remembered is not read where the hub has its chunks', async () => {
    const hub = createFakeHub()
    const bytes = someBytes(500_000)
    const first = uploadOf(hub, memorySource('a', bytes))
    await first.upload.run(never)
    const chunks = first.upload.chunks()
    const lost = chunks[3]
    if (lost) hub.known.delete(lost.hash)
    const source = memorySource('b', bytes)
    await uploadOf(hub, source, { remembered: chunks }).upload.run(never)
    expect(source.readBytes).toBe(lost?.size)
    expect(Buffer.compare(hub.contentOf(folder, 'b') ?? Buffer.alloc(0), bytes)).toBe(0)
  })

  test('a chunk that was damaged on the way is sent again', async () => {
    const hub = createFakeHub()
    const bytes = someBytes(300_000)
    const first = uploadOf(createFakeHub(), memorySource('a', bytes))
    await first.upload.run(never)
    const [chunk] = first.upload.chunks()
    hub.corruptOnce(chunk?.hash ?? '')
    await uploadOf(hub, memorySource('a', bytes)).upload.run(never)
    expect(hub.counted.sentBytes).toBe(300_000 + (chunk?.size ?? 0))
  })

  test('a file that changes meanwhile fails as conflict and says so', async () => {
    const hub = createFakeHub({ windowBytes: smallChunking.maxBytes })
    const source = memorySource('a', someBytes(300_000))
    const { upload } = uploadOf(hub, source, {
      onProgress: ({ sentBytes }) => {
        if (sentBytes > 0) source.hasChanged = true
      },
    })
    const error = await upload.run(never).catch(error => error)
    expect(isReason(error, 'conflict')).toBe(true)
    expect(error.message).toContain('changed')
    expect(hub.entries()).toHaveLength(0)
  })

  test('a broken connection at any message costs at most one window, and nothing is cut twice', async () => {
    const bytes = someBytes(150_000)
    const probe = createFakeHub({ windowBytes: 65_536 })
    await uploadOf(probe, memorySource('a', bytes)).upload.run(never)
    expect(probe.messages).toBeGreaterThan(30)
    for (let at = 0; at < probe.messages; at++) {
      const hub = createFakeHub({ windowBytes: 65_536 })
      hub.cutAtMessage(at)
      await uploadOf(hub, memorySource('a', bytes)).upload.run(never)
      expect(Buffer.compare(hub.contentOf(folder, 'a') ?? Buffer.alloc(0), bytes), `cut at ${at}`).toBe(0)
      expect(hub.counted.sentBytes, `cut at ${at}`).toBeLessThanOrEqual(150_000 + 65_536)
      expect(hub.counted.overruns).toBe(0)
    }
  })

  test('a hub that knows fewer chunks than it said is sent them again', async () => {
    const { hub, upload, bytes } = await pausedUpload()
    hub.goBackTo(2)
    await upload.run(never)
    expect(Buffer.compare(hub.contentOf(folder, 'a') ?? Buffer.alloc(0), bytes)).toBe(0)
  })

  test('chunks that a hub loses at each commit fail it in the end, and another try heals it', async () => {
    const hub = createFakeHub()
    const bytes = someBytes(100_000)
    let losing = 3
    const call: TransferLink['call'] = (name, ...rest) => {
      if (name === 'upload.commit' && losing-- > 0) {
        for (const { chunks, stored } of hub.uploads.values()) {
          stored.delete(1)
          hub.known.delete(chunks[1]?.hash ?? '')
        }
      }
      return hub.link.call(name, ...rest)
    }
    const { upload } = uploadOf(hub, memorySource('a', bytes), {
      link: Object.create(hub.link, { call: { value: call } }),
    })
    await expect(upload.run(never)).rejects.toMatchObject({ reason: 'incomplete' })
    await upload.run(never)
    expect(Buffer.compare(hub.contentOf(folder, 'a') ?? Buffer.alloc(0), bytes)).toBe(0)
  })

  test('after a pause it goes on where it was', async () => {
    const { hub, upload, bytes } = await pausedUpload()
    await upload.run(never)
    expect(Buffer.compare(hub.contentOf(folder, 'a') ?? Buffer.alloc(0), bytes)).toBe(0)
    expect(hub.counted.sentBytes).toBeLessThanOrEqual(400_000 + smallChunking.maxBytes)
  })

  test('what an earlier run had asked for and is answered late does not end the next one', async () => {
    const hub = createFakeHub()
    const bytes = someBytes(4_000_000)
    const [early, late] = [Promise.withResolvers<never>(), Promise.withResolvers<never>()]
    const failures = [early.promise, late.promise]
    for (const failure of failures) failure.catch(() => {})
    const link = Object.create(hub.link, {
      call: {
        value: (...[name, ...rest]: Parameters<TransferLink['call']>) => {
          const isResumed = (hub.counted.calls.get('upload.resume') ?? 0) > 0
          // The hub reads it long after it was sent: the right is back by then, what was declared before is not there.
          if (isResumed) late.reject(new WherryError('conflict', 'Chunks are declared in order.'))
          const failure = name === 'upload.declare' ? failures.shift() : undefined
          if (failure === late.promise) early.reject(new WherryError('forbidden'))
          return failure ?? hub.link.call(name, ...rest)
        },
      },
    }) as TransferLink
    const { upload } = uploadOf(hub, memorySource('a', bytes), { link })
    await expect(upload.run(never)).rejects.toMatchObject({ reason: 'forbidden' })
    expect(failures).toEqual([])
    expect((await upload.run(never)).entry.size).toBe(bytes.length)
  })

  test('an upload of an earlier run is finished with the same file and refused with another', async () => {
    const { hub, bytes } = await pausedUpload()
    const [unfinished = ''] = hub.uploads.keys()
    const other = uploadOf(hub, memorySource('a', someBytes(400_000, 9)), {
      upload: unfinished,
      isOpen: true,
    })
    const refused = await other.upload.run(never).catch(error => error)
    expect(isReason(refused, 'conflict') && refused.details.otherFile).toBe(true)
    const sentBefore = hub.counted.sentBytes
    const same = uploadOf(hub, memorySource('a', bytes), { upload: unfinished, isOpen: true })
    await same.upload.run(never)
    expect(hub.counted.sentBytes).toBeLessThanOrEqual(400_000 + smallChunking.maxBytes)
    expect(same.last()?.sentBytes).toBe(hub.counted.sentBytes - sentBefore)
    expect(Buffer.compare(hub.contentOf(folder, 'a') ?? Buffer.alloc(0), bytes)).toBe(0)
  })
})
