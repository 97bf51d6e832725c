import { expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import {
  begunChunks,
  commitUpload,
  declareChunks,
  openUpload,
  resumeUpload,
} from '../../server/handlers/uploads.ts'
import { createBegunChunks, maxBegunBytes } from '../../server/transfers/begun-chunks.ts'
import { newId } from '../storage/open-temporary.ts'
import { callIn, type FakeConnection, fill, openRig, type Rig, refOf, send, slice } from './transfers-rig.ts'

const MiB = 2 ** 20
const size = 3000
const chunk = fill(size, 1)

/** An upload of one chunk, of which `arrived` came before the connection broke. */
const breakUpload = async (rig: Rig, name: string, content: Uint8Array, arrived: number) => {
  const at = rig.connect()
  const upload = newId()
  rig.transfers.askCredit(at, content.length)
  const target = { folder: rig.root, name, size: content.length, modifiedAt: 1, onClash: 'fail' as const }
  await callIn(rig, at, 'upload.open', openUpload, { upload, stream: 1, ...target })
  await callIn(rig, at, 'upload.declare', declareChunks, { upload, from: 0, chunks: [refOf(content)] })
  for (let from = 0; from < arrived; from += limits.sliceBytes) {
    const bytes = content.subarray(from, Math.min(arrived, from + limits.sliceBytes))
    send(rig, at, slice(1, 0, bytes, from, false))
  }
  rig.transfers.connectionClosed(at)
  return upload
}

/** With another connection that resumed it. */
const broken = async (arrived: number) => {
  const rig = await openRig()
  const upload = await breakUpload(rig, 'a.bin', chunk, arrived)
  return { rig, upload, ...(await resumed(rig, upload)) }
}

const resumed = async (rig: Rig, upload: string) => {
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  await callIn(rig, at, 'upload.resume', resumeUpload, { upload, stream: 2, from: 0 })
  return { at }
}

const begun = async (rig: Rig, at: FakeConnection, upload: string) =>
  (await callIn(rig, at, 'upload.begun', begunChunks, { upload })).chunks

const commit = (rig: Rig, at: FakeConnection, upload: string) =>
  callIn(rig, at, 'upload.commit', commitUpload, { upload })

test('a chunk that was begun goes on over another connection, which pays for the rest of it only', async () => {
  const { rig, upload, at } = await broken(1000)
  expect(await begun(rig, at, upload)).toEqual([{ index: 0, hash: refOf(chunk).hash, bytes: 1000 }])
  send(rig, at, slice(2, 0, chunk.subarray(1000), 1000))
  expect(await at.next('upload.stored')).toEqual({ stream: 2, chunks: [0], credit: 2000 })
  expect((await commit(rig, at, upload)).entry.size).toBe(size)
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})

test('one that breaks again goes on from there', async () => {
  const { rig, upload, at } = await broken(1000)
  await begun(rig, at, upload)
  send(rig, at, slice(2, 0, chunk.subarray(1000, 1500), 1000, false))
  rig.transfers.connectionClosed(at)
  const { at: third } = await resumed(rig, upload)
  expect(await begun(rig, third, upload)).toMatchObject([{ bytes: 1500 }])
  send(rig, third, slice(2, 0, chunk.subarray(1500), 1500))
  expect(await third.next('upload.stored')).toMatchObject({ credit: 1500 })
})

test('the same goes for a half-dead connection, whose upload is resumed elsewhere', async () => {
  const { rig, upload, at } = await broken(1000)
  await begun(rig, at, upload)
  send(rig, at, slice(2, 0, chunk.subarray(1000, 2500), 1000, false))
  const { at: third } = await resumed(rig, upload)
  expect(await begun(rig, third, upload)).toMatchObject([{ bytes: 2500 }])
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'cancelled', credit: 1500 })
})

test('it may be sent whole all the same', async () => {
  const { rig, upload, at } = await broken(1000)
  await begun(rig, at, upload)
  send(rig, at, slice(2, 0, chunk))
  expect(await at.next('upload.stored')).toEqual({ stream: 2, chunks: [0], credit: size })
})

test('a rest that does not match is refused, and the chunk is wanted whole', async () => {
  const { rig, upload, at } = await broken(1000)
  await begun(rig, at, upload)
  send(rig, at, slice(2, 0, fill(2000, 9), 1000))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'chunk_mismatch', credit: 2000 })
  send(rig, at, slice(2, 0, chunk))
  expect(await at.next('upload.stored')).toMatchObject({ chunks: [0], credit: size })
})

test('one that the hub forgot meanwhile is refused without closing', async () => {
  const { rig, upload, at } = await broken(1000)
  await begun(rig, at, upload)
  const others = maxBegunBytes / limits.chunkMaxBytes + 1
  for (let n = 0; n < others; n++)
    await breakUpload(rig, `${n}`, fill(limits.chunkMaxBytes, n + 2), limits.chunkMaxBytes - 1)
  send(rig, at, slice(2, 0, chunk.subarray(1000), 1000))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'chunk_mismatch', credit: 2000 })
})

test('who was not told of one cannot begin in its middle', async () => {
  const { rig, at } = await broken(1000)
  expect(() => send(rig, at, slice(2, 0, chunk.subarray(1000), 1000))).toThrow(/order/)
})

test('an upload that is over keeps nothing', async () => {
  const { rig, upload, at } = await broken(1000)
  send(rig, at, slice(2, 0, chunk))
  await at.next('upload.stored')
  await commit(rig, at, upload)
  expect(rig.transfers.uploads.begun(rig.ada, upload)).toEqual([])
})

const part = (index: number, length: number) => ({ index, hash: `${index}`, bytes: new Uint8Array(length) })

test('begun chunks are kept up to their bound, those of the oldest upload are forgotten first', () => {
  const kept = createBegunChunks(100)
  kept.keep('a', [part(0, 30), part(1, 30)])
  kept.keep('b', [part(0, 40)])
  expect(kept.of('a')).toHaveLength(2)
  kept.keep('a', [part(0, 30)])
  kept.keep('c', [part(0, 1)])
  expect([kept.of('a').length, kept.of('b').length, kept.of('c').length]).toEqual([2, 0, 1])
  kept.keep('d', [part(0, 101)])
  expect(['a', 'b', 'c', 'd'].flatMap(upload => kept.of(upload))).toEqual([])
})

test('one upload keeps as many as one answer can name', () => {
  const kept = createBegunChunks()
  kept.keep(
    'a',
    Array.from({ length: limits.begunChunks + 1 }, (_, index) => part(index, 1)),
  )
  expect(kept.of('a').map(({ index }) => index)).toEqual(
    Array.from({ length: limits.begunChunks }, (_, i) => i + 1),
  )
})
