import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { startWriter } from '../../storage/index/writer.ts'
import { sessionIdleMs } from '../../storage/index/writes/sessions.ts'
import { openTemporary, person, temporaryDirectory, withAda } from './open-temporary.ts'

/** A folder of Ada's in which `old` changes were made 90 days before `now`, and as many after it. */
const withHistory = async (old: number) => {
  const directory = temporaryDirectory()
  let now = 1_000_000
  const { storage, actor, root, space } = await withAda(null, { directory, clock: () => now })
  const make = (time: string) =>
    Array.from({ length: old }, (_, i) => storage.entries.createFolder(actor, root, `${time}${i}`, 'fail'))
  await Promise.all(make('old'))
  const seq = await storage.spaces.seq(space)
  now += 1
  await Promise.all(make('new'))
  await storage.close()
  return { directory, root, space, seq, now: now + sessionIdleMs }
}

test('changes that are older than a session lives are forgotten at the start, and who asks for them is told to list anew', async () => {
  const { directory, root, space, seq, now } = await withHistory(3)
  const storage = await openTemporary({ directory, clock: () => now })
  const since = (cursor: number) => storage.changes.ofFolder(root, cursor, 100)
  await expect.poll(async () => (await since(seq - 1)).reset).toBe(true)
  expect(await since(0)).toMatchObject({ reset: true, changes: [] })
  const { reset, changes } = await since(seq)
  expect([reset, changes.length]).toEqual([false, 3])
  expect(await storage.changes.ofSpace(space, 0, 100)).toHaveLength(3)
  expect(await checkDirectory(directory)).toEqual([])
})

test('old changes are forgotten some at a time, space by space', async () => {
  const { directory, seq, now } = await withHistory(3)
  const file = join(directory, 'index.db')
  const database = new BetterSqlite(file)
  const insert = database.prepare(`insert into changes (space, seq, folder, entry, kind, at)
    select id, ?, 'f', 'e', 'removed', 0 from spaces`)
  // In front of the others: change numbers only have to be in order here.
  for (let i = 0; i < 2_500; i++) insert.run(i - 2_500)
  const left = () => database.prepare('select count(*) from changes').pluck().get()
  const writer = await startWriter({ file, clock: () => now })
  const after = await writer.run('history.prune', { after: '' })
  expect([after, left()]).toEqual(['', 506])
  expect([await writer.run('history.prune', { after: after ?? '-' }), left()]).toEqual([null, 3])
  expect(database.prepare('select pruned_seq from spaces').pluck().get()).toBe(seq)
  database.close()
  await writer.close()
})

test('old changes of many spaces are forgotten some at a time, too', async () => {
  const { directory, now } = await withHistory(0)
  const file = join(directory, 'index.db')
  const writer = await startWriter({ file, clock: () => now })
  for (const name of ['Grace', 'Mary']) await writer.run('users.create', person(name))
  const database = new BetterSqlite(file)
  const insert = database.prepare(`insert into changes (space, seq, folder, entry, kind, at)
    select id, ?, 'f', 'e', 'removed', 0 from spaces`)
  for (let i = 0; i < 1_500; i++) insert.run(i - 1_500)
  const left = () => database.prepare('select count(*) from changes where at = 0').pluck().get()
  const lefts: unknown[] = []
  for (let after: string | null = ''; after !== null; lefts.push(left()))
    after = await writer.run('history.prune', { after })
  expect(lefts).toEqual([2_500, 500, 0])
  database.close()
  await writer.close()
})
