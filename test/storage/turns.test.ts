import { expect, test } from 'vitest'
import type { Item } from '../../storage/index/batch.ts'
import { createTurns } from '../../storage/index/turns.ts'
import { emptyFiles, person, withAda } from './open-temporary.ts'

let lastId = 0
const write = (user: string | null): Item => ({
  id: ++lastId,
  op: 'settings.set',
  args: {},
  actor: user === null ? null : { user, requestId: null },
  now: 0,
})
const writesOf = (user: string | null, count: number) => Array.from({ length: count }, () => write(user))

test('users take turns, the writes of each go in their order, and those of the hub first', () => {
  const turns = createTurns()
  const [a1, a2, a3] = writesOf('a', 3) as [Item, Item, Item]
  const [b1, b2] = writesOf('b', 2) as [Item, Item]
  const [h1, h2] = writesOf(null, 2) as [Item, Item]
  turns.push([a1, h1, a2, a3])
  turns.push([b1, h2, b2])
  expect(turns.next(64)).toEqual([h1, h2, a1, b1, a2, b2, a3])
  expect(turns.next(4)).toEqual([h1, h2, a1, b1])
})

test('who had a turn waits until those who came meanwhile had theirs', () => {
  const turns = createTurns()
  const [a1, a2, a3] = writesOf('a', 3) as [Item, Item, Item]
  const b1 = write('b')
  turns.push([a1, a2, a3])
  expect(turns.next(64)).toEqual([a1, a2, a3])
  turns.push([b1])
  turns.done([a1])
  expect(turns.next(64)).toEqual([b1, a2, a3])
  turns.done([b1, a2])
  expect(turns.next(64)).toEqual([a3])
  turns.done([a3])
  expect(turns.next(64)).toEqual([])
})

test('a write does not wait for all the heavy ones that somebody else sent before it', async () => {
  const { storage, actor, root } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const [own] = await storage.spaces.visibleTo(bob.id)
  const rootOfBob = own?.root ?? ''
  const asBob = { user: bob.id, requestId: null }
  const folders = await Promise.all(
    Array.from({ length: 12 }, (_, i) => storage.entries.createFolder(asBob, rootOfBob, `${i}`, 'fail')),
  )
  const settled: string[] = []
  // Each takes longer than a transaction may go on.
  const heavy = folders.map(async ({ entry }) => {
    await storage.uploads.putMany(asBob, entry.id, emptyFiles(3_000))
    settled.push(entry.name)
  })
  await heavy[0]
  await storage.entries.createFolder(actor, root, 'between', 'fail')
  settled.push('between')
  await Promise.all(heavy)
  expect(settled.at(-1)).not.toBe('between')
  expect(settled.filter(one => one !== 'between')).toEqual(folders.map(({ entry }) => entry.name))
})
