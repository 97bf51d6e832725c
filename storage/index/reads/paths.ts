import { type Kysely, sql } from 'kysely'
import { ancestry } from '../entry-rows.ts'
import { among } from '../insert-rows.ts'
import type { Tables } from '../tables.ts'

/** The entries from the root of the space down to an entry itself. */
export const namesAbove = async (db: Kysely<Tables>, id: string): Promise<{ id: string; name: string }[]> =>
  db
    .selectFrom('entries as e')
    .innerJoin(ancestry(id).as('a'), 'a.id', 'e.id')
    .select(['e.id', 'e.name'])
    .orderBy('a.depth', 'desc')
    .execute()

/** Entries and all folders above them, by id, with the highest rank that a grant on each itself gives the user. */
export const entriesAbove = async (
  db: Kysely<Tables>,
  user: string,
  ids: readonly string[],
): Promise<Map<string, { parent: string | null; name: string; rank: number | null }>> => {
  const { rows } = await sql<{ id: string; parent: string | null; name: string; rank: number | null }>`
    with recursive above(id, parent, name) as (
      select id, parent, name from entries where id in ${among(ids)}
      union
      select e.id, e.parent, e.name from entries as e join above on e.id = above.parent
    ) select id, parent, name,
      (select max(level) from grants where entry = above.id and subject in ('', ${user})) as rank
      from above`.execute(db)
  return new Map(rows.map(row => [row.id, row]))
}

/**
 * Those of the folders that are one of `tops`, lie below one, or are there no more: upwards from each, as there are few above
 * and may be many below.
 */
export const foldersBelow = async (
  db: Kysely<Tables>,
  tops: readonly string[],
  folders: readonly string[],
): Promise<string[]> => {
  const { rows } = await sql<{ folder: string }>`
    with recursive above(folder, id) as (
      select id, id from entries where id in ${among(folders)}
      union all
      select above.folder, e.parent from entries as e join above on e.id = above.id where e.parent is not null
    ) select folder from above where id in ${among(tops)}
    union
    select value from ${among(folders)} where not exists (select 1 from entries where id = value)`.execute(db)
  return rows.map(({ folder }) => folder)
}
