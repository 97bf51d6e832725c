import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type Level, levels } from '../../../protocol/levels.ts'
import { limits } from '../../../protocol/limits.ts'
import type { AccessRights } from '../../storage.ts'
import { ancestry } from '../entry-rows.ts'
import { selectGrants, toGrant } from '../grant-rows.ts'
import { prepared } from '../prepared.ts'
import type { Tables } from '../tables.ts'

/** The place of the highest level in protocol/levels.ts: what the owner of a space has in all of it. */
const ownerRank = levels.indexOf('admin')

export const accessReads = (db: Kysely<Tables>): Pick<AccessRights, 'level' | 'list'> => ({
  level: (user, entry) => levelOf(db, user, entry),

  async list(entry) {
    const rows = await selectGrants(db)
      .innerJoin(ancestry(entry).as('a'), 'a.id', 'g.entry')
      // By itself SQLite walks all grants of the hub and looks each of them up in the path.
      .where('g.entry', 'in', sql<string>`(select id from ${ancestry(entry)})`)
      .orderBy('a.depth')
      .orderBy('g.subject')
      .limit(limits.listItems)
      .execute()
    return rows.map(row => toGrant(row, entry))
  },
})

/** The rank that a row of `above` itself gives the user, by grants on it or as the root of a space of the user's; null if none. */
export const ownRank = (user: string | RawBuilder<unknown>) => sql<number | null>`
  case (select owner from spaces where id = above.space and root = above.id) when ${user} then ${ownerRank}
    else (select max(level) from grants where entry = above.id and subject in ('', ${user})) end`

/** An entry that is asked about or above one, with its own rank. */
export type RankedStep = { id: string | null; parent: string | null; rank: number | null }

/** No level: below all ranks. */
export const noRank = -1

/** The highest rank on an entry or above it, by what is above all that is asked about. */
export const ranksIn = (steps: readonly RankedStep[]): ((entry: string | null) => number) => {
  const byId = new Map(steps.map(step => [step.id, step]))
  const known = new Map<string, number>()
  const rankOf = (id: string | null): number => {
    const step = byId.get(id)
    if (id === null || step === undefined) return noRank
    const rank = known.get(id) ?? Math.max(step.rank ?? noRank, rankOf(step.parent))
    known.set(id, rank)
    return rank
  }
  return rankOf
}

const highestLevel = prepared(
  (_, { user, entry }: { user: string; entry: string }) => sql<{ level: number | null }>`
    with recursive above(id, parent, space) as (
      select id, parent, space from entries where id = ${entry}
      union all
      select e.id, e.parent, e.space from entries as e join above on e.id = above.parent
    )
    select max(${ownRank(user)}) as level from above`,
)

/** The highest level that ownership or a grant on the entry or above it gives. */
export const levelOf = async (db: Kysely<Tables>, user: string, entry: string): Promise<Level | null> => {
  const [row] = await highestLevel(db, { user, entry })
  const level = row?.level ?? null
  return level === null ? null : (levels[level] ?? null)
}
