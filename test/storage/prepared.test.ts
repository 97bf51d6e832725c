import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../storage/index/database.ts'
import { IndexDialect } from '../../storage/index/dialect.ts'
import { prepared } from '../../storage/index/prepared.ts'
import type { Tables } from '../../storage/index/tables.ts'
import { temporaryDirectory } from './open-temporary.ts'

const openSettings = async (): Promise<Kysely<Tables>> => {
  const database = openDatabase(join(temporaryDirectory(), 'index.sqlite'), { readonly: false })
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  onTestFinished(() => db.destroy())
  await sql`create table settings (key text primary key, value text not null)`.execute(db)
  return db
}

const put = prepared((db, { name, value }: { name: string; value: string }) =>
  db.insertInto('settings').values({ key: name, value }),
)
const get = prepared((db, { name }: { name: string }) =>
  db.selectFrom('settings').select('value').where('key', '=', name),
)
const count = prepared(
  (_, { name }: { name: string | null }) =>
    sql<{ found: number }>`select count(*) as found from settings where ${name} is null or key = ${name}`,
)

test('each run has its own values, in whatever order the query names them', async () => {
  const db = await openSettings()
  await put(db, { value: 'de', name: 'language' })
  await put(db, { name: "o'clock", value: '12' })
  expect(await get(db, { name: 'language' })).toEqual([{ value: 'de' }])
  expect(await get(db, { name: "o'clock" })).toEqual([{ value: '12' }])
  expect(await get(db, { name: 'absent' })).toEqual([])
})

test('a value may be null, and may be named twice', async () => {
  const db = await openSettings()
  await put(db, { name: 'a', value: '1' })
  await put(db, { name: 'b', value: '2' })
  expect(await count(db, { name: 'b' })).toEqual([{ found: 1 }])
  expect(await count(db, { name: null })).toEqual([{ found: 2 }])
})

test('what was built for one database serves another, and a transaction', async () => {
  const [one, other] = [await openSettings(), await openSettings()]
  await put(one, { name: 'only', value: 'here' })
  expect(await get(other, { name: 'only' })).toEqual([])
  await one
    .transaction()
    .execute(async tx => {
      await put(tx, { name: 'undone', value: '1' })
      expect(await get(tx, { name: 'undone' })).toEqual([{ value: '1' }])
      throw new Error('roll back')
    })
    .catch(() => {})
  expect(await get(one, { name: 'undone' })).toEqual([])
})
