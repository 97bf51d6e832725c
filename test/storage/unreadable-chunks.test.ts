import { expect, test, vi } from 'vitest'
import { faultyStore, putSome, rowOf, stateOf } from '../support/stored-chunks.ts'

test('a read that failed once is tried again before it is told', async () => {
  const { store, arm } = await faultyStore()
  const [chunk] = await putSome(store, 1)
  if (!chunk) throw new Error('A chunk was asked for.')
  arm('read EIO once')
  expect(await stateOf(store, chunk)).toBe('intact')
  expect(store.health().unreadable).toBeNull()
})

test.each(['read EIO', 'open EIO', 'open ENOENT', 'open EACCES'])(
  'after a "%s" a chunk cannot be read, is not marked, and is there again as soon as it can be',
  async fault => {
    const { store, arm, index } = await faultyStore()
    const [chunk, other] = await putSome(store, 2)
    if (!chunk || !other) throw new Error('Two chunks were asked for.')
    arm(fault)
    expect(await stateOf(store, chunk)).toBe('chunk_unreadable')
    expect(store.health()).toMatchObject({
      state: 'writable',
      unreadable: expect.stringMatching(/^Stored chunks cannot be read: /),
    })
    expect(await store.has([chunk.id])).toEqual(new Set([chunk.id]))
    expect(await index.damaged()).toEqual([])
    arm(null)
    expect(await stateOf(store, chunk)).toBe('intact')
    expect(store.health().unreadable).toBeNull()
  },
)

test('what could not be read is tried again without being asked for', async () => {
  const { store, arm } = await faultyStore()
  const [chunk] = await putSome(store, 1)
  if (!chunk) throw new Error('A chunk was asked for.')
  arm('read EIO')
  expect(await stateOf(store, chunk)).toBe('chunk_unreadable')
  arm(null)
  await vi.waitFor(() => expect(store.health().unreadable).toBeNull(), 10_000)
})

test('a chunk that cannot be read is stored anew when it is put again', async () => {
  const { store, arm, index } = await faultyStore()
  const [chunk] = await putSome(store, 1)
  if (!chunk) throw new Error('A chunk was asked for.')
  const before = await rowOf(index, chunk.id)
  arm('read EIO')
  expect(await stateOf(store, chunk)).toBe('chunk_unreadable')
  await store.put(chunk.id, chunk.bytes)
  expect(store.health().unreadable).toBeNull()
  expect(await rowOf(index, chunk.id)).not.toEqual(before)
  arm(null)
  expect(await stateOf(store, chunk)).toBe('intact')
})

test('a chunk that cannot be read because too many files are open is not damaged', async () => {
  const { store, arm } = await faultyStore()
  const [chunk] = await putSome(store, 1)
  if (!chunk) throw new Error('A chunk was asked for.')
  arm('open EMFILE')
  await expect(store.get(chunk.id)).rejects.toMatchObject({
    reason: 'busy',
    message: 'The hub has too many files open at the moment. Try again.',
  })
  arm(null)
  expect(await stateOf(store, chunk)).toBe('intact')
})
