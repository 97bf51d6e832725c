import { is } from 'valibot'
import { expect, test } from 'vitest'
import { events } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import {
  cancelUpload,
  commitUpload,
  declareChunks,
  openUpload,
  resumeUpload,
} from '../../server/handlers/uploads.ts'
import { addSlice, beginAssembly } from '../../server/transfers/assembly.ts'
import { arrivalTellMs } from '../../server/transfers/upload-stream.ts'
import { newId } from '../storage/open-temporary.ts'
import { callIn, type FakeConnection, fill, openRig, type Rig, refOf, send, slice } from './transfers-rig.ts'

const MiB = 2 ** 20

const open = (rig: Rig, at: FakeConnection, upload: string, stream: number, size: number, name = 'a.bin') =>
  callIn(rig, at, 'upload.open', openUpload, {
    upload,
    stream,
    folder: rig.root,
    name,
    size,
    modifiedAt: 1,
    onClash: 'fail' as const,
  })

const declare = (rig: Rig, at: FakeConnection, upload: string, chunks: Uint8Array[], from = 0) =>
  callIn(rig, at, 'upload.declare', declareChunks, { upload, from, chunks: chunks.map(refOf) })

const commit = async (rig: Rig, at: FakeConnection, upload: string) => {
  // The dispatcher asks for rights first, which waits for an upload.open that is under way.
  await rig.transfers.uploadFolder(rig.ada, upload)
  return callIn(rig, at, 'upload.commit', commitUpload, { upload })
}

test('open, declare, slices and commit go without waiting in between', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunks = [fill(3 * MiB, 1), fill(700_000, 2)]
  const [first = new Uint8Array(), second = new Uint8Array()] = chunks
  const upload = newId()
  rig.transfers.askCredit(at, 8 * MiB)
  const opened = open(rig, at, upload, 7, 3 * MiB + 700_000)
  const params = { upload, from: 0, chunks: chunks.map(refOf) }
  rig.transfers.announce(at, 'upload.declare', params)
  send(rig, at, slice(7, 0, first.subarray(0, MiB), 0, false))
  send(rig, at, slice(7, 0, first.subarray(MiB, 2 * MiB), MiB, false), slice(7, 1, second))
  send(rig, at, slice(7, 0, first.subarray(2 * MiB), 2 * MiB))
  await opened
  const committing = commit(rig, at, upload)
  expect(await declareChunks(rig.context(at), params)).toEqual({ missing: [0, 1] })
  const { entry } = await committing
  expect(entry).toMatchObject({ name: 'a.bin', size: 3 * MiB + 700_000 })
  const given = at.events.flatMap(event => ('credit' in event.params ? [event.params.credit] : []))
  expect(given.reduce((sum, credit) => sum + credit, 0)).toBe(3 * MiB + 700_000)
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})

test('many small chunks are told of in events that the protocol allows', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunks = Array.from({ length: 3 * limits.declareBatch }, (_, i) => Buffer.from(`chunk ${i + 1000}`))
  const upload = newId()
  rig.transfers.askCredit(at, MiB)
  await open(rig, at, upload, 1, Buffer.concat(chunks).length)
  for (let from = 0; from < chunks.length; from += limits.declareBatch)
    await declare(rig, at, upload, chunks.slice(from, from + limits.declareBatch), from)
  for (const [index, chunk] of chunks.entries()) send(rig, at, slice(1, index, chunk))
  await commit(rig, at, upload)
  const stored = at.events.filter(event => event.name === 'upload.stored')
  expect(stored.filter(({ params }) => !is(events['upload.stored'].params, params))).toEqual([])
  const indexes = stored.flatMap(({ params }) => ('chunks' in params ? params.chunks : []))
  expect(indexes.sort((a, b) => a - b)).toEqual([...chunks.keys()])
})

test('a chunk that does not match is refused and may be sent again', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunk = fill(1000, 1)
  const upload = newId()
  rig.transfers.askCredit(at, MiB)
  await open(rig, at, upload, 1, 1000)
  await declare(rig, at, upload, [chunk])
  send(rig, at, slice(1, 0, fill(1000, 9)))
  expect(await at.next('upload.refused')).toMatchObject({
    stream: 1,
    chunk: 0,
    reason: 'chunk_mismatch',
    credit: 1000,
  })
  send(rig, at, slice(1, 0, chunk.subarray(0, 999)))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'chunk_mismatch', credit: 999 })
  send(rig, at, slice(1, 0, fill(1001, 1)))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'chunk_mismatch', credit: 1001 })
  send(rig, at, slice(1, 0, chunk))
  expect(await at.next('upload.stored')).toEqual({ stream: 1, chunks: [0], credit: 1000 })
  expect((await commit(rig, at, upload)).entry.size).toBe(1000)
})

test('a chunk that ends early is not filled up with what its memory held before', () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(MiB))
  bytes.set(fill(MiB, 1))
  const assembly = beginAssembly(0, { bytes, release: () => {} })
  addSlice(assembly, { stream: 1, index: 0, offset: 0, last: true, bytes: fill(MiB, 1).slice(0, 1) })
  expect(assembly).toMatchObject({ buffer: null, dropping: { why: { reason: 'chunk_mismatch' } } })
})

test('a chunk that is stored already is taken and its credit comes back', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const chunk = fill(1000, 1)
  const upload = newId()
  rig.transfers.askCredit(at, MiB)
  await open(rig, at, upload, 1, 1000)
  await declare(rig, at, upload, [chunk])
  send(rig, at, slice(1, 0, chunk))
  await at.next('upload.stored')
  send(rig, at, slice(1, 0, chunk))
  expect(await at.next('upload.stored')).toEqual({ stream: 1, chunks: [0], credit: 1000 })
})

test('breaking the rules throws what closes the socket', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const upload = newId()
  expect(() => send(rig, at, slice(1, 0, fill(1, 1)))).toThrow(/stream/)
  await open(rig, at, upload, 1, 2000)
  await declare(rig, at, upload, [fill(1000, 1)])
  expect(() => send(rig, at, slice(1, 0, fill(1000, 1)))).toThrow(/granted/)
  rig.transfers.askCredit(at, MiB)
  expect(() => send(rig, at, slice(1, 5, fill(10, 1)))).toThrow(/not declared/)
  expect(() => send(rig, at, slice(1, 0, fill(10, 1), 5))).toThrow(/order/)
})

test('chunks begun beyond the window are not taken into memory', async () => {
  const rig = await openRig({ windowBytes: 4 * MiB })
  const at = rig.connect()
  const upload = newId()
  const chunk = fill(4 * MiB, 1)
  rig.transfers.askCredit(at, 4 * MiB)
  await open(rig, at, upload, 1, 12 * MiB)
  await declare(rig, at, upload, [chunk, chunk, chunk])
  for (const index of [0, 1]) send(rig, at, slice(1, index, chunk.subarray(0, 10), 0, false))
  expect(() => send(rig, at, slice(1, 2, chunk.subarray(0, 10), 0, false))).toThrow(/begun/)
  rig.transfers.connectionClosed(at)
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})

test('slices of a failed upload are refused without closing', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const first = newId()
  await open(rig, at, first, 1, 10)
  await declare(rig, at, first, [fill(10, 1)])
  send(rig, at, slice(1, 0, fill(10, 1)))
  await commit(rig, at, first)
  const second = newId()
  const opening = open(rig, at, second, 2, 10)
  const declaring = { upload: second, from: 0, chunks: [refOf(fill(10, 2))] }
  rig.transfers.announce(at, 'upload.declare', declaring)
  send(rig, at, slice(2, 0, fill(10, 2).subarray(0, 5), 0, false))
  await expect(opening).rejects.toMatchObject({ reason: 'name_taken' })
  send(rig, at, slice(2, 0, fill(10, 2).subarray(5), 5))
  const credits = [await at.next('upload.refused'), await at.next('upload.refused')].map(
    event => event.credit,
  )
  expect(credits).toEqual([5, 5])
  await expect(commit(rig, at, second)).rejects.toMatchObject({ reason: 'not_found' })
})

test('a whole chunk of a declaration that fails is refused, and not told as stored', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const upload = newId()
  await open(rig, at, upload, 1, 10)
  const declaring = declare(rig, at, upload, [fill(20, 1)])
  send(rig, at, slice(1, 0, fill(20, 1)))
  await expect(declaring).rejects.toMatchObject({ reason: 'conflict' })
  expect(await at.next('upload.refused')).toMatchObject({ chunk: 0, reason: 'conflict', credit: 20 })
})

test('an upload goes on over another connection, and the old one is refused', async () => {
  const rig = await openRig()
  const before = rig.connect()
  const chunks = [fill(1000, 1), fill(2000, 2)]
  const [first = new Uint8Array(), second = new Uint8Array()] = chunks
  const upload = newId()
  rig.transfers.askCredit(before, MiB)
  await open(rig, before, upload, 1, 3000)
  await declare(rig, before, upload, chunks)
  send(rig, before, slice(1, 0, first))
  await before.next('upload.stored')
  send(rig, before, slice(1, 1, second.subarray(0, 500), 0, false))
  const after = rig.connect()
  rig.transfers.askCredit(after, MiB)
  const answer = await callIn(rig, after, 'upload.resume', resumeUpload, { upload, stream: 9, from: 0 })
  expect(answer.chunks.map(chunk => chunk.stored)).toEqual([true, false])
  expect(await before.next('upload.refused')).toMatchObject({ chunk: 1, credit: 500 })
  send(rig, before, slice(1, 1, second.subarray(500), 500))
  expect(await before.next('upload.refused')).toMatchObject({ reason: 'cancelled', credit: 1500 })
  send(rig, after, slice(9, 1, second))
  expect((await commit(rig, after, upload)).entry.size).toBe(3000)
  expect(rig.transfers.progressOf(rig.root)).toMatchObject([{ upload, storedBytes: 3000, state: 'ended' }])
})

test('a commit with holes says which', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const upload = newId()
  await open(rig, at, upload, 1, 30)
  await declare(rig, at, upload, [fill(10, 1), fill(10, 2), fill(10, 3)])
  await expect(commit(rig, at, upload)).rejects.toMatchObject({
    reason: 'incomplete',
    details: { missing: [0, 1, 2] },
  })
})

test('a lost right stops an upload at once', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const upload = newId()
  rig.transfers.askCredit(at, MiB)
  await open(rig, at, upload, 1, 1000)
  await declare(rig, at, upload, [fill(1000, 1)])
  send(rig, at, slice(1, 0, fill(1000, 1).subarray(0, 400), 0, false))
  rig.levels.set(rig.root, 'read')
  await rig.transfers.recheck([rig.root])
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'cancelled', credit: 400 })
  send(rig, at, slice(1, 0, fill(1000, 1).subarray(400), 400))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'cancelled', credit: 600 })
})

test('slices under way when an upload is cancelled do no harm', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const upload = newId()
  rig.transfers.askCredit(at, MiB)
  await open(rig, at, upload, 1, 1000)
  await declare(rig, at, upload, [fill(1000, 1)])
  await cancelUpload(rig.context(at), { upload })
  send(rig, at, slice(1, 0, fill(1000, 1)))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'cancelled', credit: 1000 })
  expect(await rig.transfers.uploadFolder(rig.ada, upload)).toBeNull()
})

test('nobody ends the upload of somebody else, nor makes others think so', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const upload = newId()
  await open(rig, at, upload, 1, 1000)
  const context = rig.context(at)
  const eve = { ...context, actor: { user: newId(), requestId: null } }
  expect(await cancelUpload(eve, { upload })).toEqual({})
  expect(rig.transfers.progressOf(rig.root)).toMatchObject([{ upload, state: 'running' }])
  await cancelUpload(context, { upload })
  expect(rig.transfers.progressOf(rig.root)).toMatchObject([{ upload, state: 'ended' }])
})

test('connections that break the rules leave the budget as it was', async () => {
  const rig = await openRig({ windowBytes: 4 * MiB, uploadBudgetBytes: 4 * MiB })
  for (let round = 0; round < 8; round++) {
    const at = rig.connect()
    const upload = newId()
    expect(rig.transfers.askCredit(at, 4 * MiB)).toBe(4 * MiB)
    await open(rig, at, upload, 1, MiB, `${round}`)
    await declare(rig, at, upload, [fill(MiB, 1)])
    send(rig, at, slice(1, 0, fill(1000, 1), 0, false))
    expect(() => send(rig, at, slice(1, 0, fill(MiB / 2, 1), 5, false))).toThrow(/order/)
    rig.transfers.connectionClosed(at)
  }
})

test('how far a chunk has come is told where nothing else was for a second, and not of what is dropped', async () => {
  const rig = await openRig()
  const at = rig.connect()
  const upload = newId()
  const [first, second] = [fill(1000, 1), fill(1000, 2)]
  rig.transfers.askCredit(at, MiB)
  await open(rig, at, upload, 1, 2000)
  await declare(rig, at, upload, [first, second])
  const told = () => at.events.flatMap(({ name, params }) => (name === 'upload.arrived' ? [params] : []))
  const arrives = (chunk: number, from: number, afterMs: number) => {
    rig.clock.now += afterMs
    const content = chunk === 0 ? first : second
    send(rig, at, slice(1, chunk, content.subarray(from, from + 100), from, from + 100 === 1000))
  }
  arrives(0, 0, arrivalTellMs - 1)
  expect(told()).toEqual([])
  arrives(0, 100, 1)
  arrives(0, 200, arrivalTellMs - 1)
  expect(told()).toEqual([{ stream: 1, chunk: 0, bytes: 200 }])
  // To those who watch the folder, too.
  expect(rig.transfers.progressOf(rig.root)).toMatchObject([{ storedBytes: 200 }])
  for (const from of [300, 400, 500, 600, 700, 800, 900]) arrives(0, from, 0)
  // A whole chunk that is not stored yet has not gone.
  arrives(1, 0, arrivalTellMs)
  expect(told()[1]).toEqual({ stream: 1, chunk: 1, bytes: 100 })
  expect(rig.transfers.progressOf(rig.root)).toMatchObject([{ storedBytes: 1100 }])
  await at.next('upload.stored')
  arrives(1, 100, arrivalTellMs - 1)
  expect(told()).toHaveLength(2)
  arrives(1, 200, 1)
  expect(told()[2]).toEqual({ stream: 1, chunk: 1, bytes: 300 })
  // It is there already.
  arrives(0, 0, arrivalTellMs)
  expect(told()).toHaveLength(3)
})
