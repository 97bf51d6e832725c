import { type Kysely, sql } from 'kysely'
import { ancestry } from '../entry-rows.ts'
import { among } from '../insert-rows.ts'
import type { Tables } from '../tables.ts'
import { ownRank, type RankedStep } from './access.ts'

/** As `space:path`, for people; null if there is no such entry. */
export const placeOf = async (db: Kysely<Tables>, id: string): Promise<string | null> => {
  const [root, ...path] = await db
    .selectFrom('entries as e')
    .innerJoin(ancestry(id).as('a'), 'a.id', 'e.id')
    .innerJoin('spaces as s', 's.id', 'e.space')
    .select(['e.name', 's.name as space'])
    .orderBy('a.depth', 'desc')
    .execute()
  return root ? `${root.space}:${path.map(({ name }) => name).join('/')}` : null
}

type Step = { id: string; parent: string | null; name: string }
type NamedStep = RankedStep & Step

/** Entries and all folders above them, of whatever user they are. */
export const stepsAbove = async (db: Kysely<Tables>, ids: readonly string[]): Promise<Step[]> => {
  const { rows } = await sql<Step>`
    with recursive above(id, parent, name) as (
      select id, parent, name from entries where id in ${among(ids)}
      union
      select e.id, e.parent, e.name from entries as e join above on e.id = above.parent
    ) select id, parent, name from above`.execute(db)
  return rows
}

/** Entries and all folders above them, with the rank that each itself gives the user. */
export const entriesAbove = async (
  db: Kysely<Tables>,
  user: string,
  ids: readonly string[],
): Promise<NamedStep[]> => {
  const { rows } = await sql<NamedStep>`
    with recursive above(id, parent, space, name) as (
      select id, parent, space, name from entries where id in ${among(ids)}
      union
      select e.id, e.parent, e.space, e.name from entries as e join above on e.id = above.parent
    ) select id, parent, name, ${ownRank(user)} as rank from above`.execute(db)
  return rows
}

/** What is above an entry and itself, from the root of the space down. */
export const pathTo = <S extends Step>(id: string, steps: ReadonlyMap<string, S>): S[] => {
  const path: S[] = []
  for (let at = steps.get(id); at !== undefined; at = steps.get(at.parent ?? '')) path.push(at)
  return path.reverse()
}

/**
 * Those of the folders that are one of `tops`, lie below one, or are there no more or not for long: upwards from each, as
 * there are few above and may be many below.
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
    ) select folder from above where id in ${among(tops)} or id in (select folder from removals)
    union
    select value from ${among(folders)} where not exists (select 1 from entries where id = value)`.execute(db)
  return rows.map(({ folder }) => folder)
}
