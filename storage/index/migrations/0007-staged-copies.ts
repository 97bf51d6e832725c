import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Copies that are being made some entries at a time: they have no folder above them yet. */
export const stagedCopies: Migration = {
  async up(db: Kysely<unknown>) {
    await sql.raw('create table staged (entry text primary key) strict, without rowid').execute(db)
  },
}
