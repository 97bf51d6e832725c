import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const statements = [
  'create index sessions_by_use on sessions (last_seen_at) where ended_at is null',
  'create index sessions_by_end on sessions (ended_at) where ended_at is not null',
  'create index refresh_tokens_by_use on refresh_tokens (used_at) where used_at is not null',
]

/** What is over in sessions is found without a walk through all of them and their tokens. */
export const prunedByTime: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
