import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const statements = [
  `alter table grants add column space text not null default ''`,
  'update grants set space = (select space from entries where id = grants.entry)',
  'create index grants_by_space on grants (space, subject)',
]

/** The grants of a space are found without those of all others. */
export const grantsBySpace: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
