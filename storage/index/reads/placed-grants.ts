import { type Kysely, sql } from 'kysely'
import type { GrantCursor, PlacedGrant } from '../../../protocol/values.ts'
import type { AccessRights, GrantPage } from '../../storage.ts'
import { toPerson } from '../entry-rows.ts'
import { selectGrants, toGrant } from '../grant-rows.ts'
import { among } from '../insert-rows.ts'
import type { Tables } from '../tables.ts'
import { pathTo, stepsAbove } from './paths.ts'

/** Behind a cursor, in the order in which `grants_by_space` and `grants_by_subject` keep them. */
const selectAfter = (db: Kysely<Tables>, after: GrantCursor | null, limit: number) =>
  selectGrants(db)
    .innerJoin('spaces as s', 's.id', 'g.space')
    .leftJoin('users as b', 'b.id', 'g.granted_by')
    .select(['s.name as space_name', 'g.granted_by', 'b.name as granter_name'])
    .$if(after !== null, query =>
      query.where(sql<boolean>`(g.subject, g.entry) > (${after?.subject ?? ''}, ${after?.entry ?? ''})`),
    )
    .orderBy('g.subject')
    .orderBy('g.entry')
    .limit(limit + 1)

type Row = Awaited<ReturnType<ReturnType<typeof selectAfter>['execute']>>[number]

/** With the names from `top` down, or from the root of each space; what is not below `top` is left out. */
const placed = async (
  db: Kysely<Tables>,
  rows: readonly Row[],
  top: string | null,
  limit: number,
): Promise<GrantPage> => {
  const page = rows.slice(0, limit)
  const steps = await stepsAbove(
    db,
    page.map(row => row.entry),
  )
  const byId = new Map(steps.map(step => [step.id, step]))
  const grants = page.flatMap((row): PlacedGrant[] => {
    const all = pathTo(row.entry, byId)
    const from = top === null ? 0 : all.findIndex(({ id }) => id === top)
    if (from === -1) return []
    const { entry, subject, level, grantedAt } = toGrant(row, row.entry)
    return [
      {
        ...{ entry, subject, level, grantedAt },
        spaceName: row.space_name,
        path: all.slice(from + 1).map(({ name }) => name),
        grantedBy: toPerson(row.granted_by, row.granter_name),
      },
    ]
  })
  const last = rows.length > limit ? page.at(-1) : undefined
  return { grants, next: last ? { entry: last.entry, subject: last.subject || null } : null }
}

export const placedGrantReads = (db: Kysely<Tables>): Pick<AccessRights, 'below' | 'givenTo'> => ({
  /** From the grants of the space upwards, as there are few: a page looks at `limit` of them. */
  async below({ id, space }, after, limit) {
    const rows = await selectAfter(db, after, limit).where('g.space', '=', space).execute()
    return placed(db, rows, id, limit)
  },

  async givenTo(user, after, limit) {
    const rows = await selectAfter(db, after, limit)
      .where('g.subject', 'in', among(['', user]))
      .where('s.owner', 'is not', user)
      .execute()
    return placed(db, rows, null, limit)
  },
})
