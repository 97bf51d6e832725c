import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const statements = [
  'alter table uploads add column reserved integer not null default 0',
  'update uploads set reserved = size where answer is null',
  // What reserves nothing, as all that is finished, is not walked through.
  'create index uploads_reserving on uploads (id) where reserved > 0',
]

/** An upload may be without its reservation, which its user has while the user may write there. */
export const givenBackReservations: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
