import { join } from 'node:path'
import { Kysely } from 'kysely'
import { checkIndex } from './check-index.ts'
import { openDatabase } from './database.ts'
import { IndexDialect } from './dialect.ts'
import type { Tables } from './tables.ts'

/** Checks the index of a data directory, which a hub may have open; answers what is wrong, as sentences. */
export const checkDirectory = async (directory: string): Promise<string[]> => {
  const database = openDatabase(join(directory, 'index.db'), { readonly: true })
  try {
    return await checkIndex(new Kysely<Tables>({ dialect: new IndexDialect(database) }))
  } finally {
    database.close()
  }
}
