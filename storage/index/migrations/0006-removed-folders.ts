import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Deleted folders whose rows go some at a time: they have no folder above them any more. */
export const removedFolders: Migration = {
  async up(db: Kysely<unknown>) {
    await sql.raw('create table removals (folder text primary key) strict, without rowid').execute(db)
  },
}
