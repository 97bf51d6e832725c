import { join } from 'node:path'
import type BetterSqlite from 'better-sqlite3'
import { Kysely } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { checkIndex } from '../../storage/index/check-index.ts'
import { openDatabase } from '../../storage/index/database.ts'
import { IndexDialect } from '../../storage/index/dialect.ts'
import type { Tables } from '../../storage/index/tables.ts'
import { indexOfAda } from './index-of-ada.ts'
import { newId, sha256, temporaryDirectory } from './open-temporary.ts'

/** Counts the statements that a database runs and the rows that come out of it. */
const counted = (database: BetterSqlite.Database) => {
  const count = { statements: 0, rows: 0 }
  const prepare = database.prepare.bind(database)
  database.prepare = ((text: string) => {
    const statement = prepare(text)
    const { all, run } = statement
    statement.all = (...values: unknown[]) => {
      const rows = all.apply(statement, values)
      count.statements += 1
      count.rows += rows.length
      return rows
    }
    statement.run = (...values: unknown[]) => {
      count.statements += 1
      return run.apply(statement, values)
    }
    return statement
  }) as typeof database.prepare
  return count
}

/** An index in this thread, whose statements are counted, with a user's space. */
const openCounted = async () => {
  const database = openDatabase(join(temporaryDirectory(), 'index.db'), { readonly: false })
  onTestFinished(() => {
    database.close()
  })
  const count = counted(database)
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  const { run, user, root, folderIn } = await indexOfAda(db, () => null)
  return { db, count, run, user, root, folderIn }
}

type Counted = Awaited<ReturnType<typeof openCounted>>

/** A folder with two folders in it that hold files, and as many unfinished uploads; answers what removing it asks of the index. */
const removeFolderOf = async ({ run, count, folderIn, root, user }: Counted, files: number) => {
  const top = await folderIn(root, `top${files}`)
  const folders = [await folderIn(top, 'a'), await folderIn(top, 'b')]
  for (const folder of folders) {
    const names = Array.from({ length: files / 2 }, (_, i) => `${i}`)
    const common = { size: 0, modifiedAt: 0, onClash: 'fail' }
    const hash = sha256(new Uint8Array())
    await run('uploads.putMany', { folder, files: names.map(name => ({ ...common, name, hash, type: '' })) })
    for (const name of names) {
      const upload = { ...common, id: newId(), folder, name: `u${name}`, size: 3 }
      await run('uploads.open', { user, upload, keptMs: 1_000 })
    }
  }
  const before = { ...count }
  const removed = await run<number>('entries.remove', { entries: [top] })
  return { removed, statements: count.statements - before.statements, rows: count.rows - before.rows }
}

test('removing takes as many statements for many files and uploads as for few, and reads one row for each', async () => {
  const index = await openCounted()
  const few = await removeFolderOf(index, 10)
  const many = await removeFolderOf(index, 400)
  expect([few.removed, many.removed]).toEqual([13, 403])
  expect(many.statements).toBe(few.statements)
  expect(many.rows - few.rows).toBe(2 * (400 - 10))
  expect(await checkIndex(index.db)).toEqual([])
  const { used, reserved } = await index.db.selectFrom('spaces').selectAll().executeTakeFirstOrThrow()
  expect([used, reserved]).toEqual([0, 0])
})

test('an entry that is named with a folder above it is removed and counted once', async () => {
  const { db, run, folderIn, root } = await openCounted()
  const top = await folderIn(root, 'top')
  const inner = await folderIn(top, 'inner')
  const beside = await folderIn(root, 'beside')
  await folderIn(inner, 'innermost')
  expect(await run('entries.remove', { entries: [inner, top, beside] })).toBe(4)
  expect(await db.selectFrom('entries').select('id').execute()).toEqual([{ id: root }])
  expect(await checkIndex(db)).toEqual([])
})
