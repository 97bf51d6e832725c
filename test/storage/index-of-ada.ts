import { join } from 'node:path'
import { Kysely } from 'kysely'
import { onTestFinished } from 'vitest'
import type { Entry } from '../../protocol/values.ts'
import { runBatch } from '../../storage/index/batch.ts'
import { openDatabase } from '../../storage/index/database.ts'
import { IndexDialect } from '../../storage/index/dialect.ts'
import { migrate } from '../../storage/index/migrate.ts'
import type { OperationName } from '../../storage/index/operations.ts'
import type { Tables } from '../../storage/index/tables.ts'
import { person, temporaryDirectory } from './open-temporary.ts'

/** Makes an index with Ada, who runs the writes in this thread: each in a transaction of its own, under a request id or none. */
export const indexOfAda = async (db: Kysely<Tables>, requestId: () => string | null) => {
  await migrate(db)
  let user: string | null = null
  const run = async <Answer>(op: OperationName, args: unknown): Promise<Answer> => {
    const actor = user === null ? null : { user, requestId: requestId() }
    const { outcomes } = await runBatch(db, [{ id: 1, op, args, actor, now: 1_000 }])
    const [outcome] = outcomes
    if (!outcome?.ok) throw new Error(`${op}: ${outcome?.error.message}`)
    return outcome.answer as Answer
  }
  const ada = await run<{ id: string }>('users.setUp', { ...person('Ada'), role: 'admin' })
  user = ada.id
  const { root } = await db.selectFrom('spaces').select('root').executeTakeFirstOrThrow()
  const folderIn = async (folder: string, name: string) =>
    (await run<{ entry: Entry }>('entries.createFolder', { folder, name, onClash: 'fail' })).entry.id
  return { run, user: ada.id, root, folderIn }
}

/** The same in a file of its own, where nothing goes on by itself. */
export const openIndexOfAda = async () => {
  const database = openDatabase(join(temporaryDirectory(), 'index.db'), { readonly: false })
  onTestFinished(() => void database.close())
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  return { db, ...(await indexOfAda(db, () => null)) }
}
