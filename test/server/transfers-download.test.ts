import { setTimeout as after } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { decodeSlices } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import { closeDownload, listChunks, openDownload, readChunks } from '../../server/handlers/downloads.ts'
import { newId, upload } from '../storage/open-temporary.ts'
import { type FakeConnection, fill, holdsBack, openRig, type Rig } from './transfers-rig.ts'

const MiB = 2 ** 20

const openFile = async (rig: Rig, at: FakeConnection, chunks: Uint8Array[]) => {
  const { entry } = await upload(rig.storage, rig.ada, rig.root, `${newId()}.bin`, chunks)
  const download = newId()
  const opened = await openDownload(rig.context(at), { download, stream: 3, entry: entry.id, version: null })
  return { entry, download, opened }
}

/** Counts the bytes of chunks that were read and not let go. */
const watchHeld = (rig: Rig): { bytes: number; most: number } => {
  const held = { bytes: 0, most: 0 }
  const { chunks } = rig.storage
  const get = chunks.get.bind(chunks)
  chunks.get = async id => {
    const buffer = await get(id)
    const { length } = buffer.bytes
    held.bytes += length
    held.most = Math.max(held.most, held.bytes)
    return {
      bytes: buffer.bytes,
      release: () => {
        held.bytes -= length
        buffer.release()
      },
    }
  }
  return held
}

const received = (at: FakeConnection): Uint8Array => {
  const parts = at.slices.flatMap(message => [...decodeSlices(message)].map(slice => slice.bytes))
  return Buffer.concat(parts)
}

type Read = { download: string; from: number; count: number; offset?: number }

const read = (rig: Rig, at: FakeConnection, params: Read) =>
  readChunks(rig.context(at), { offset: 0, ...params })

test('chunks that are asked for come in order, and the answer after them', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunks = [fill(3 * MiB, 1), fill(10, 2), fill(MiB, 3)]
  const { download, opened } = await openFile(rig, at, chunks)
  expect(opened).toMatchObject({ size: 4 * MiB + 10, chunks: 3 })
  const page = await listChunks(rig.context(at), { download, from: 1, limit: 1 })
  expect(page).toMatchObject({ chunks: [{ size: 10 }], next: 2 })
  const answer = await read(rig, at, { download, from: 0, count: 3 })
  expect(answer).toEqual({ sentBytes: 4 * MiB + 10 })
  expect(Buffer.compare(received(at), Buffer.concat(chunks))).toBe(0)
  const indexes = at.slices.flatMap(message => [...decodeSlices(message)].map(slice => slice.index))
  expect([...indexes].sort((a, b) => a - b)).toEqual(indexes)
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})

test('a download of a version has its date, whatever followed it', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const { entry, opened } = await openFile(rig, at, [fill(10, 1)])
  await upload(rig.storage, rig.ada, rig.root, entry.name, [fill(10, 2)], 'replace', 5_000)
  const open = (version: string | null) =>
    openDownload(rig.context(at), { download: newId(), stream: 4, entry: entry.id, version })
  expect(await open(entry.version)).toMatchObject({ digest: opened.digest, modifiedAt: 1_000 })
  expect(await open(null)).toMatchObject({ modifiedAt: 5_000 })
})

test('of the first chunk only what is behind the offset comes', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunks = [fill(3 * MiB, 1), fill(10, 2)]
  const { download } = await openFile(rig, at, chunks)
  const offset = 3 * MiB - 5
  expect(await read(rig, at, { download, from: 0, count: 2, offset })).toEqual({ sentBytes: 15 })
  const slices = at.slices.flatMap(message => [...decodeSlices(message)])
  expect(slices).toMatchObject([
    { index: 0, offset, last: true, bytes: chunks[0]?.subarray(offset) },
    { index: 1, offset: 0, last: true },
  ])
  const behind = read(rig, at, { download, from: 1, count: 1, offset: 10 })
  await expect(behind).rejects.toMatchObject({ reason: 'invalid_params' })
})

test('a reader that takes nothing gets no more than the bound', async () => {
  const rig = await openRig()
  const at = rig.connect()
  holdsBack.add(at)
  const chunks = Array.from({ length: 24 }, (_, i) => fill(MiB, i))
  const { download } = await openFile(rig, at, chunks)
  const held = watchHeld(rig)
  const reads = Promise.allSettled([0, 8, 16].map(from => read(rig, at, { download, from, count: 8 })))
  await expect.poll(() => held.bytes).toBe(8 * MiB)
  expect(at.buffered).toBeLessThanOrEqual(9 * MiB)
  holdsBack.delete(at)
  at.flush()
  const outcomes = await reads
  expect(outcomes.map(outcome => outcome.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  expect(received(at).length).toBe(24 * MiB)
  expect(held).toMatchObject({ bytes: 0, most: 8 * MiB })
})

test.each([
  { what: 'a lost right', isDeleted: false, reason: 'cancelled' },
  { what: 'a deletion', isDeleted: true, reason: 'not_found' },
])('$what ends a running download, as $reason', async ({ isDeleted, reason }) => {
  const rig = await openRig()
  const at = rig.connect()
  holdsBack.add(at)
  const { download, entry } = await openFile(
    rig,
    at,
    Array.from({ length: 12 }, (_, i) => fill(MiB, i)),
  )
  const reading = read(rig, at, { download, from: 0, count: 12 })
  await expect.poll(() => at.buffered).toBeGreaterThan(0)
  if (isDeleted) await rig.storage.entries.remove({ user: rig.ada, requestId: null }, [entry.id])
  rig.levels.set(entry.id, null)
  const sent = at.slices.length
  at.flush()
  await expect(reading).rejects.toMatchObject({ reason })
  expect(at.slices).toHaveLength(sent)
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})

test('a download that is closed while several of its reads wait for room rejects each of them, and nothing else', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunks = Array.from({ length: 24 }, (_, i) => fill(MiB, i))
  const { download } = await openFile(rig, at, chunks)
  const get = rig.storage.chunks.get.bind(rig.storage.chunks)
  let gets = 0
  rig.storage.chunks.get = async hash => {
    // One after the other, so that each gives back its room alone.
    await after(50 * ++gets)
    return get(hash)
  }
  const unheard: unknown[] = []
  const hear = (error: unknown) => unheard.push(error)
  process.on('unhandledRejection', hear)
  onTestFinished(() => void process.off('unhandledRejection', hear))
  const reads = Promise.allSettled([0, 8, 16].map(from => read(rig, at, { download, from, count: 8 })))
  await expect.poll(() => gets, { interval: 5 }).toBe(8)
  await closeDownload(rig.context(at), { download })
  const cancelled = { status: 'rejected', reason: { reason: 'cancelled' } }
  expect(await reads).toMatchObject([cancelled, cancelled, cancelled])
  expect(unheard).toEqual([])
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})

test('a version that vanished, a closed download and a wrong place are errors', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const { download, entry } = await openFile(rig, at, [fill(10, 1)])
  await expect(read(rig, at, { download, from: 1, count: 1 })).rejects.toMatchObject({
    reason: 'invalid_params',
  })
  await rig.storage.entries.remove({ user: rig.ada, requestId: null }, [entry.id])
  await expect(read(rig, at, { download, from: 0, count: 1 })).rejects.toMatchObject({
    reason: 'version_gone',
  })
  await closeDownload(rig.context(at), { download })
  await closeDownload(rig.context(at), { download })
  await expect(read(rig, at, { download, from: 0, count: 1 })).rejects.toMatchObject({
    reason: 'not_found',
  })
})

test('a reader that takes nothing for too long is disconnected', async () => {
  const rig = await openRig({}, { credit: 60_000, reader: 20 })
  const at = rig.connect()
  holdsBack.add(at)
  const chunks = Array.from({ length: 12 }, (_, i) => fill(MiB, i))
  const { download } = await openFile(rig, at, chunks)
  const held = watchHeld(rig)
  const reading = read(rig, at, { download, from: 0, count: 12 })
  await expect(reading).rejects.toMatchObject({ reason: 'disconnected' })
  expect(at.closedWith).toMatch(/not taken/)
  expect(held.bytes).toBe(0)
})

test('a file that is no larger than was asked for comes before the answer, and is not open', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunks = [fill(limits.openBytes - 10, 1), fill(10, 2)]
  const { entry } = await openFile(rig, at, chunks)
  const open = async (sendUpTo: number) => {
    const params = { download: newId(), stream: 5, entry: entry.id, version: null, sendUpTo }
    return { params, opened: await openDownload(rig.context(at), params) }
  }
  const { params, opened } = await open(limits.openBytes)
  expect(opened).toMatchObject({ size: limits.openBytes, refs: chunks.map(({ length: size }) => ({ size })) })
  expect(Buffer.compare(received(at), Buffer.concat(chunks))).toBe(0)
  await expect(read(rig, at, { download: params.download, from: 0, count: 1 })).rejects.toMatchObject({
    reason: 'not_found',
  })
  at.slices.length = 0
  const larger = await open(limits.openBytes - 1)
  expect(larger.opened).not.toHaveProperty('refs')
  expect(at.slices).toEqual([])
  expect(await read(rig, at, { download: larger.params.download, from: 1, count: 1 })).toEqual({
    sentBytes: 10,
  })
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})
