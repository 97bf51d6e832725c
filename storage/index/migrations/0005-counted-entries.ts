import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const statements = [
  'alter table spaces add column entries integer not null default 0',
  `update spaces set entries = found.count from (
    select space, count(*) as count from (
      select space from entries where parent is not null
      union all select space from uploads where answer is null
    ) group by space
  ) as found where found.space = spaces.id`,
]

/** How much a space holds is known, and bounded, also where it takes no bytes. */
export const countedEntries: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
