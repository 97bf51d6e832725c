import { join } from 'node:path'
import { Kysely } from 'kysely'
import { onTestFinished } from 'vitest'
import { openDatabase } from '../../storage/index/database.ts'
import { IndexDialect } from '../../storage/index/dialect.ts'
import type { Tables } from '../../storage/index/tables.ts'
import { temporaryDirectory } from './open-temporary.ts'

/** An index whose statements are noted with the steps in which SQLite takes them; `directory`: of a hub that has it open. */
export const openPlanned = (directory = temporaryDirectory()) => {
  const database = openDatabase(join(directory, 'index.db'), { readonly: false })
  onTestFinished(() => {
    database.close()
  })
  const steps: string[] = []
  const db = new Kysely<Tables>({
    dialect: new IndexDialect(database),
    log: ({ query }) => {
      if (!/^\s*(select|with|insert|replace|update|delete)/i.test(query.sql)) return
      const plan = database.prepare(`explain query plan ${query.sql}`).all(...query.parameters)
      steps.push(...plan.map(step => (step as { detail: string }).detail))
    },
  })
  return { database, db, steps }
}
