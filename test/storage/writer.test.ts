import { join } from 'node:path'
import type BetterSqlite from 'better-sqlite3'
import { Kysely } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { type Item, type Outcome, runBatch } from '../../storage/index/batch.ts'
import { openDatabase } from '../../storage/index/database.ts'
import { IndexDialect } from '../../storage/index/dialect.ts'
import { migrate } from '../../storage/index/migrate.ts'
import type { Tables } from '../../storage/index/tables.ts'
import type { Commit } from '../../storage/storage.ts'
import { bytesOf, person, temporaryDirectory, upload, withAda } from './open-temporary.ts'

const openIndexFile = async (): Promise<{ db: Kysely<Tables>; database: BetterSqlite.Database }> => {
  const database = openDatabase(join(temporaryDirectory(), 'index.db'), { readonly: false })
  onTestFinished(() => {
    database.close()
  })
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  await migrate(db)
  return { db, database }
}

const item = (id: number, op: Item['op'], args: unknown): Item => ({ id, op, args, actor: null, now: 1_000 })

/** In one transaction, or in more where the machine is slow. */
const runAll = async (db: Parameters<typeof runBatch>[0], items: readonly Item[]) => {
  const outcomes: Outcome[] = []
  let rights = false
  while (outcomes.length < items.length) {
    const batch = await runBatch(db, items.slice(outcomes.length))
    outcomes.push(...batch.outcomes)
    rights ||= batch.effects.rights
  }
  return { outcomes, rights }
}

test('a write that fails leaves nothing, and its neighbours in the transaction go through', async () => {
  const { db } = await openIndexFile()
  const { outcomes, rights } = await runAll(db, [
    item(1, 'settings.set', { key: 'a', value: '1' }),
    item(2, 'users.setUp', person('Ada')),
    item(3, 'users.create', person('Ada')),
    item(4, 'entries.createFolder', { folder: 'nowhere', name: 'x', onClash: 'fail' }),
    item(5, 'settings.set', { key: null, value: 'breaks a constraint' }),
    item(6, 'settings.set', { key: 'b', value: '2' }),
  ])
  expect(outcomes.map(outcome => (outcome.ok ? 'ok' : outcome.error.reason))).toEqual([
    'ok',
    'ok',
    'conflict',
    'not_found',
    null,
    'ok',
  ])
  expect(rights).toBe(true)
  const settings = await db.selectFrom('settings').selectAll().orderBy('key').execute()
  expect(settings.map(row => row.key)).toEqual(['a', 'b'])
  expect(await db.selectFrom('users').select('id').execute()).toHaveLength(1)
})

test('a write that fails alone leaves nothing, and the next one goes through', async () => {
  const { db, database } = await openIndexFile()
  const broken = await runBatch(db, [item(1, 'settings.set', { key: null, value: 'breaks a constraint' })])
  expect(broken.outcomes).toMatchObject([{ id: 1, ok: false, error: { reason: null } }])
  expect(database.inTransaction).toBe(false)
  const { outcomes } = await runBatch(db, [item(2, 'settings.set', { key: 'a', value: '1' })])
  expect(outcomes).toEqual([{ id: 2, ok: true, answer: null }])
  expect(await db.selectFrom('settings').select('key').execute()).toEqual([{ key: 'a' }])
})

test('when the disk is full nothing of the batch is there, and it works again when there is room', async () => {
  const { db, database } = await openIndexFile()
  const pages = Number(database.pragma('page_count', { simple: true }))
  database.pragma(`max_page_count = ${pages}`)
  const big = item(2, 'settings.set', { key: 'big', value: 'x'.repeat(100_000) })
  const batch = runBatch(db, [item(1, 'settings.set', { key: 'small', value: '1' }), big])
  await expect(batch).rejects.toMatchObject({ code: 'SQLITE_FULL' })
  expect(await db.selectFrom('settings').selectAll().execute()).toEqual([])
  database.pragma('max_page_count = 100000')
  await runBatch(db, [big])
  expect(await db.selectFrom('settings').select('key').execute()).toEqual([{ key: 'big' }])
})

test('a request id has one effect and one answer, and cannot be used for something else', async () => {
  let now = 1_000_000
  const { storage, ada, root, space } = await withAda(null, { clock: () => now })
  const once = { user: ada, requestId: 'r1' }
  const [first, second] = await Promise.all([
    storage.entries.createFolder(once, root, 'a', 'keepBoth'),
    storage.entries.createFolder(once, root, 'a', 'keepBoth'),
  ])
  expect(second).toEqual(first)
  await storage.entries.rename({ user: ada, requestId: null }, first.entry.id, 'b')
  expect(await storage.entries.createFolder(once, root, 'a', 'keepBoth')).toEqual(first)
  expect(await storage.spaces.seq(space)).toBe(2)
  for (const other of [
    storage.entries.createFolder(once, root, 'c', 'keepBoth'),
    storage.entries.remove(once, [first.entry.id]),
  ])
    await expect(other).rejects.toMatchObject({ reason: 'conflict' })
  now += 25 * 60 * 60 * 1000
  const later = await storage.entries.createFolder(once, root, 'a', 'keepBoth')
  expect(later.entry.id).not.toBe(first.entry.id)
})

test('the answer of a request that changed nothing is not kept', async () => {
  const { storage, ada, actor, root } = await withAda()
  const { entry } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  const { entry: other } = await storage.entries.createFolder(actor, root, 'b', 'fail')
  const move = (requestId: string, folder: string) =>
    storage.entries.move({ user: ada, requestId }, [entry.id], folder, 'fail')
  const commits: Commit[] = []
  storage.onCommit(commit => commits.push(commit))
  expect(await move('nothing', root)).toEqual({ entries: [entry], droppedGrants: 0 })
  expect(await storage.requests.has(ada, 'nothing')).toBe(false)
  expect(commits).toMatchObject([{ rights: false }])
  await move('something', other.id)
  expect(await storage.requests.has(ada, 'something')).toBe(true)
  expect(await move('nothing', root)).toMatchObject({ entries: [{ folder: root }] })
  expect(await storage.requests.has(ada, 'nothing')).toBe(true)
})

test('references of removed files are swept in the background', async () => {
  const { storage, ada, actor, root } = await withAda()
  const { entry } = await upload(storage, ada, root, 'a', [bytesOf('one'), bytesOf('two')])
  const content = (await storage.contents.ofEntry(entry.id, null))?.content ?? ''
  const swept = new Promise<void>(resolve => {
    storage.onCommit(async () => {
      if ((await storage.contents.chunks(content, 0, 10)).length === 0) resolve()
    })
  })
  await storage.entries.remove(actor, [entry.id])
  await swept
  expect(await storage.contents.ofEntry(entry.id, null)).toBeNull()
})
