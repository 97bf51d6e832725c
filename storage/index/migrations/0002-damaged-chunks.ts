import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const statements = [
  // Damage is rare: whoever asks for it does not walk all chunks.
  'create index chunks_damaged on chunks (segment, offset) where damaged = 1',
  `update content_chunks set stored = 0
    where hash in (select hash from chunks where damaged = 1)
    and content in (select content from uploads where answer is null)`,
  `update uploads set (stored_chunks, stored_bytes) = (
      select count(*), coalesce(sum(size), 0) from content_chunks as r
      where r.content = uploads.content and r.stored = 1)
    where answer is null`,
]

/** Damage is found without a walk, and unfinished uploads lack damaged chunks. */
export const damagedChunks: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
