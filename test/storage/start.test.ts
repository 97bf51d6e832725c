import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { openDatabase, pragmas } from '../../storage/index/database.ts'
import { IndexDialect } from '../../storage/index/dialect.ts'
import { migrate, migrations } from '../../storage/index/migrate.ts'
import type { Tables } from '../../storage/index/tables.ts'
import { openStorage } from '../../storage/open-storage.ts'
import {
  bytesOf,
  newId,
  openTemporary,
  person,
  putChunk,
  sha256,
  spoilChunks,
  temporaryDirectory,
  upload,
  withAda,
} from './open-temporary.ts'

test('every pragma is as promised, on the connection that writes and on the one that reads', async () => {
  expect(pragmas).toMatchObject({
    journal_mode: 'wal',
    synchronous: 2,
    foreign_keys: 1,
    busy_timeout: 5000,
    trusted_schema: 0,
    cell_size_check: 1,
    mmap_size: 0,
    temp_store: 2,
    journal_size_limit: 67_108_864,
  })
  const file = join(temporaryDirectory(), 'index.db')
  for (const readonly of [false, true]) {
    const database = openDatabase(file, { readonly })
    for (const [name, value] of Object.entries(pragmas))
      expect([name, database.pragma(name, { simple: true })]).toEqual([name, value])
    database.close()
  }
})

test('the directory is for its owner alone, and a second hub on it is refused with a sentence', async () => {
  const directory = join(temporaryDirectory(), 'data')
  mkdirSync(directory, { mode: 0o755 })
  const storage = await openTemporary({ directory })
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  await expect(openStorage({ directory })).rejects.toThrow('A hub is running on the data directory')
  await storage.close()
  const again = await openTemporary({ directory })
  expect(again.problem()).toBeNull()
})

test('the master key is made once, and what was written is there after closing', async () => {
  const directory = temporaryDirectory()
  const first = await openStorage({ directory })
  expect(first.createdMasterKey).toBe(true)
  expect(await first.settings.setIfAbsent('seed', 'a')).toBe('a')
  await first.close()
  const second = await openStorage({ directory })
  expect(second.createdMasterKey).toBe(false)
  expect(await second.settings.setIfAbsent('seed', 'b')).toBe('a')
  await second.close()
})

test('an index that a newer version has written is refused', async () => {
  const directory = temporaryDirectory()
  await (await openStorage({ directory })).close()
  const database = new BetterSqlite(join(directory, 'index.db'))
  database.exec(`insert into kysely_migration values ('9999-later', '2030-01-01')`)
  database.close()
  await expect(openStorage({ directory })).rejects.toThrow('newer version of Wherry (schema 9999-later)')
})

test('a migration that fails leaves nothing of itself', async () => {
  const database = openDatabase(join(temporaryDirectory(), 'index.db'), { readonly: false })
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  const broken = {
    async up(step: Kysely<unknown>) {
      await step.schema.createTable('half').addColumn('a', 'integer').execute()
      throw new Error('power is gone')
    },
  }
  await expect(migrate(db, { ...migrations, '0002-broken': broken })).rejects.toThrow('newest schema')
  const names = () => database.prepare("select name from sqlite_schema where type = 'table'").pluck().all()
  expect(names()).not.toContain('half')
  await migrate(db)
  expect(names()).toContain('entries')
  database.close()
})

/** What takes back each step of the schema. */
const undone = {
  '0002-damaged-chunks': 'drop index chunks_damaged',
  '0003-grants-by-space': 'drop index grants_by_space; alter table grants drop column space',
  '0004-pruned-by-time':
    'drop index sessions_by_use; drop index sessions_by_end; drop index refresh_tokens_by_use',
  '0005-counted-entries': 'alter table spaces drop column entries',
  '0006-removed-folders': 'drop table removals',
  '0007-staged-copies': 'drop table staged',
  '0008-given-back-reservations': 'drop index uploads_reserving; alter table uploads drop column reserved',
}

/** Makes the index one of an older hub, whose newest step was `newest`. */
const rewind = (directory: string, newest: string, further = ''): void => {
  const steps = Object.entries(undone).filter(([step]) => step > newest)
  const database = new BetterSqlite(join(directory, 'index.db'))
  for (const [, statements] of steps) database.exec(statements)
  database.exec(`delete from kysely_migration where name > '${newest}'; ${further}`)
  database.close()
}

test('unfinished uploads of an older hub lack what it had marked damaged', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, root } = await withAda(null, { directory })
  const id = newId()
  const chunks = ['one', 'two'].map(text => ({ hash: sha256(bytesOf(text)), size: 3 }))
  const actor = { user: ada, requestId: null }
  await storage.uploads.open(actor, { id, folder: root, name: 'n', size: 6, modifiedAt: 0, onClash: 'fail' })
  await storage.uploads.declare(actor, id, 0, chunks)
  for (const [index, text] of ['one', 'two'].entries()) await putChunk(storage, id, index, bytesOf(text))
  await storage.close()
  spoilChunks(directory)
  rewind(directory, '0001-first', `update chunks set damaged = 1 where hash = unhex('${chunks[1]?.hash}')`)
  const again = await openTemporary({ directory })
  expect((await again.uploads.chunks(id, 0, 2)).map(({ stored }) => stored)).toEqual([true, false])
  expect(await again.uploads.get(ada, id)).toMatchObject({ storedBytes: 3 })
  expect(await checkDirectory(directory)).toEqual([])
})

test('grants of an older hub are found by the space of their entries', async () => {
  const directory = temporaryDirectory()
  const { storage, actor, root } = await withAda(null, { directory })
  const { entry: top } = await storage.entries.createFolder(actor, root, 'top', 'fail')
  const { entry: inner } = await storage.entries.createFolder(actor, top.id, 'inner', 'fail')
  await storage.access.grant(actor, inner.id, { kind: 'everyone' }, 'read')
  await storage.close()
  rewind(directory, '0002-damaged-chunks')
  const again = await openTemporary({ directory })
  expect(await checkDirectory(directory)).toEqual([])
  const told: unknown[] = []
  again.onCommit(({ grants }) => told.push(...grants))
  await again.entries.remove(actor, [top.id])
  expect(told).toEqual([{ entry: inner.id, space: top.space, user: null }])
})

test('a damaged index is found after an unclean stop, and said in a sentence', async () => {
  const directory = temporaryDirectory()
  await (await openStorage({ directory })).close()
  const file = join(directory, 'index.db')
  const database = new BetterSqlite(file)
  database.pragma('journal_mode = delete')
  const pages = Number(database.pragma('page_count', { simple: true }))
  database.close()
  const bytes = readFileSync(file)
  bytes.fill(0xff, 4096 * (pages - 2))
  writeFileSync(file, bytes)
  writeFileSync(join(directory, 'running'), '1')
  await expect(openStorage({ directory })).rejects.toThrow()
})

const removeIndex = (directory: string): void => {
  for (const name of ['index.db', 'index.db-wal', 'index.db-shm'])
    rmSync(join(directory, name), { force: true })
}

test.each([
  ['is gone', removeIndex],
  ['is gone but for its WAL', (directory: string) => rmSync(join(directory, 'index.db'))],
  ['is empty', (directory: string) => writeFileSync(join(directory, 'index.db'), '')],
])('where chunks are stored and the index %s, no new one is made', async (_, lose) => {
  const directory = temporaryDirectory()
  const { storage, ada, root } = await withAda(null, { directory })
  await upload(storage, ada, root, 'one', [bytesOf('one')])
  await storage.close()
  lose(directory)
  const before = existsSync(join(directory, 'index.db'))
  for (let start = 0; start < 2; start++)
    await expect(openStorage({ directory })).rejects.toThrow(
      /index\.db is missing.* Restore it from a backup/,
    )
  expect(existsSync(join(directory, 'index.db'))).toBe(before)
})

test('a first start that was interrupted before or after it made the index is done again', async () => {
  const directory = temporaryDirectory()
  await (await openStorage({ directory })).close()
  writeFileSync(join(directory, 'running'), '1')
  await (await openStorage({ directory })).close()
  removeIndex(directory)
  await (await openStorage({ directory })).close()
})

test('8,000 queries at once wait in line without waiting on each other', async () => {
  const database = openDatabase(join(temporaryDirectory(), 'index.db'), { readonly: false })
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  await migrate(db)
  const order: number[] = []
  const ask = async (i: number) => {
    await db.selectFrom('settings').select('key').execute()
    order.push(i)
  }
  await Promise.all(Array.from({ length: 8_000 }, (_, i) => ask(i)))
  expect(order).toEqual(Array.from({ length: 8_000 }, (_, i) => i))
  database.close()
})

test('an index that is no database is named, with what to do', async () => {
  const directory = temporaryDirectory()
  await (await openStorage({ directory })).close()
  for (const end of ['-wal', '-shm']) rmSync(join(directory, `index.db${end}`))
  writeFileSync(join(directory, 'index.db'), 'no database'.repeat(1000))
  await expect(openStorage({ directory })).rejects.toThrow(
    `The index ${join(directory, 'index.db')} is damaged. Restore it from a backup.`,
  )
})

test('what the spaces of an older hub hold is counted', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root } = await withAda(null, { directory })
  await storage.users.create(actor, person('Bob'))
  const { entry: folder } = await storage.entries.createFolder(actor, root, 'folder', 'fail')
  await upload(storage, ada, folder.id, 'a file', [bytesOf('bytes')])
  const opening = { id: newId(), folder: root, name: 'n', size: 6, modifiedAt: 0, onClash: 'fail' as const }
  await storage.uploads.open(actor, opening)
  await storage.close()
  rewind(directory, '0004-pruned-by-time')
  const again = await openTemporary({ directory, spaceEntries: 4 })
  expect(await checkDirectory(directory)).toEqual([])
  await again.entries.createFolder(actor, root, 'the fourth', 'fail')
  await expect(again.entries.createFolder(actor, root, 'the fifth', 'fail')).rejects.toMatchObject({
    reason: 'quota_exceeded',
  })
})
