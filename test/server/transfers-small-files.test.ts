import { expect, test } from 'vitest'
import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import { putManyFiles } from '../../server/handlers/small-files.ts'
import { callIn, type FakeConnection, fill, openRig, type Rig, refOf, send, slice } from './transfers-rig.ts'

const MiB = 2 ** 20
const emptyHash = refOf(new Uint8Array(0)).hash

const fileOf = (name: string, bytes: Uint8Array, hash = refOf(bytes).hash) => ({
  name,
  size: bytes.length,
  hash,
  modifiedAt: 1,
  onClash: 'fail' as const,
})

const putMany = (rig: Rig, at: FakeConnection, stream: number, files: ReturnType<typeof fileOf>[]) =>
  callIn(rig, at, 'upload.putMany', putManyFiles, { folder: rig.root, stream, files })

test('small files succeed and fail each by itself', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const [good, bad, text] = [fill(1000, 1), fill(1000, 2), new TextEncoder().encode('hello')]
  const answer = putMany(rig, at, 3, [
    fileOf('good.bin', good),
    fileOf('empty.txt', new Uint8Array(0)),
    fileOf('bad.bin', bad, refOf(fill(1000, 3)).hash),
    fileOf('wrong-empty.txt', new Uint8Array(0), refOf(bad).hash),
    fileOf('good.bin', text),
    fileOf('page.html', text),
  ])
  send(rig, at, slice(3, 0, good), slice(3, 2, bad), slice(3, 4, text), slice(3, 5, text))
  const { results } = await answer
  expect(results.map(result => (result.ok ? result.entry.type : result.reason))).toEqual([
    'application/octet-stream',
    'text/plain',
    'chunk_mismatch',
    'chunk_mismatch',
    'name_taken',
    'text/html',
  ])
  expect(await at.next('upload.stored')).toEqual({ stream: 3, chunks: [0, 1, 4, 5], credit: 2010 })
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
  expect(emptyHash).toHaveLength(64)
})

test('many batches in a row need no answer in between', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, 16 * MiB)
  const answers = Array.from({ length: 8 }, (_, batch) => {
    const bytes = Array.from({ length: 100 }, (_, i) => fill(10_240, batch * 100 + i))
    const answer = putMany(
      rig,
      at,
      4,
      bytes.map((one, i) => fileOf(`${batch}-${i}`, one)),
    )
    for (const [i, one] of bytes.entries()) send(rig, at, slice(4, i, one))
    return answer
  })
  const results = (await Promise.all(answers)).flatMap(answer => answer.results)
  expect(results.filter(result => result.ok)).toHaveLength(800)
  expect(
    (await rig.storage.entries.list(rig.root, { order: 'name', descending: false, after: null, limit: 1 }))
      .total,
  ).toBe(800)
})

test('a batch whose right is missing gives its credit back, and late slices are refused', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const params = { folder: rig.root, stream: 5, files: [fileOf('a', fill(10, 1)), fileOf('b', fill(10, 2))] }
  const failed = rig.transfers.announce(at, 'upload.putMany', params)
  send(rig, at, slice(5, 0, fill(10, 1)))
  failed(new WherryError('forbidden'))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'forbidden', credit: 10 })
  send(rig, at, slice(5, 1, fill(10, 2)))
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'forbidden', credit: 10 })
})

test('a batch ends with its connection', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const answer = putMany(rig, at, 6, [fileOf('a', fill(10, 1)), fileOf('b', fill(10, 2))])
  send(rig, at, slice(6, 0, fill(10, 1)))
  rig.transfers.connectionClosed(at)
  await expect(answer).rejects.toMatchObject({ reason: 'disconnected' })
  expect(rig.storage.chunks.health().allocatedBytes).toBe(0)
})

test('too many bytes for one call are refused before they are taken', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const files = Array.from({ length: 5 }, (_, i) => ({ ...fileOf(`${i}`, fill(1, i)), size: MiB }))
  const answer = putMany(rig, at, 7, files)
  send(rig, at, slice(7, 0, fill(100, 1)))
  await expect(answer).rejects.toMatchObject({ reason: 'too_large' })
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'too_large' })
})

test('what a message has for a stream that ended is refused in one answer, with all of its credit', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const params = { folder: rig.root, stream: 5, files: [fileOf('a', fill(10, 1))] }
  rig.transfers.announce(at, 'upload.putMany', params)(new WherryError('forbidden'))
  await at.next('upload.refused')
  const slices = Array.from({ length: limits.messageSlices }, (_, i) => slice(5, i, fill(i % 2, 1)))
  send(rig, at, ...slices)
  expect(await at.next('upload.refused')).toMatchObject({
    chunk: limits.messageSlices - 1,
    credit: limits.messageSlices / 2,
  })
  send(rig, at, slice(5, 0, fill(7, 1)))
  expect(await at.next('upload.refused')).toMatchObject({ credit: 7 })
  expect(at.events).toHaveLength(3)
})

test('a stream that is bound anew while its refusal waits has told it before', async () => {
  const rig = await openRig()
  const at = rig.connect()
  rig.transfers.askCredit(at, MiB)
  const params = { folder: rig.root, stream: 5, files: [fileOf('a', fill(10, 1))] }
  rig.transfers.announce(at, 'upload.putMany', params)(new WherryError('forbidden'))
  await at.next('upload.refused')
  send(rig, at, slice(5, 0, fill(10, 1)))
  const again = putMany(rig, at, 5, [fileOf('b', fill(20, 2))])
  expect(await at.next('upload.refused')).toMatchObject({ reason: 'forbidden', credit: 10 })
  send(rig, at, slice(5, 0, fill(20, 2)))
  expect((await again).results).toMatchObject([{ ok: true }])
  expect(at.events.map(({ name }) => name)).toEqual(['upload.refused', 'upload.refused', 'upload.stored'])
})
