import { type Kysely, sql } from 'kysely'
import { type Level, levels } from '../../../protocol/levels.ts'
import { limits } from '../../../protocol/limits.ts'
import { nameKey } from '../../../protocol/names.ts'
import type { Space } from '../../../protocol/values.ts'
import type { Spaces } from '../../storage.ts'
import { toEntry, toPerson } from '../entry-rows.ts'
import { prepared } from '../prepared.ts'
import type { Tables } from '../tables.ts'
import { ranksIn } from './access.ts'
import { entriesAbove, pathTo } from './paths.ts'

const selectSpaces = (db: Kysely<Tables>) =>
  db
    .selectFrom('spaces as s')
    .leftJoin('users as u', 'u.id', 's.owner')
    .selectAll('s')
    .select('u.name as owner_name')

const spaceById = prepared((db, { id }: { id: string }) => selectSpaces(db).where('s.id', '=', id))

type SpaceRow = Awaited<ReturnType<ReturnType<typeof selectSpaces>['executeTakeFirstOrThrow']>>

const toSpace = (row: SpaceRow, level: Level | null): Space => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  owner: toPerson(row.owner, row.owner_name),
  root: row.root,
  level,
  usedBytes: row.used,
  reservedBytes: row.reserved,
  quotaBytes: row.quota,
})

/** The highest rank that a user has on the root of space `s`, as SQL; null for none. */
const rootRank = (user: string) => sql<number | null>`(select max(level) from (
  select ${levels.indexOf('admin')} as level where s.owner = ${user}
  union all
  select g.level from grants as g where g.entry = s.root and g.subject in ('', ${user})))`

type Asked = { user: string; name: string | undefined; limit: number }

/**
 * Entries with a grant to a subject in spaces whose root the user may not read, by the names of the spaces and their own.
 * `cross`: space by space, so that what is beyond the limit is not read and sorted; by itself SQLite begins with all grants.
 */
const selectGranted = (db: Kysely<Tables>, subject: string, { user, name, limit }: Asked) =>
  db
    .selectFrom('spaces as s')
    .crossJoin('grants as g')
    .crossJoin('entries as e')
    .leftJoin('users as u', 'u.id', 'e.changed_by')
    .selectAll('e')
    .select(['u.name as by_name', 's.name as space_name'])
    .whereRef('g.space', '=', 's.id')
    .where('g.subject', '=', subject)
    .whereRef('e.id', '=', 'g.entry')
    .where(rootRank(user), 'is', null)
    .$if(name !== undefined, query => query.where('s.name_key', '=', nameKey(name ?? '')))
    .orderBy('s.name_key')
    .orderBy('e.sort_key')
    .limit(limit)

/** Those with a grant to the user come first, and once. */
const grantedTo = async (db: Kysely<Tables>, asked: Asked) => {
  const own = await selectGranted(db, asked.user, asked).execute()
  const toAll = await selectGranted(db, '', { ...asked, limit: asked.limit - own.length })
    .where(
      sql<boolean>`not exists (select 1 from grants as o where o.entry = g.entry and o.subject = ${asked.user})`,
    )
    .execute()
  return [...own, ...toAll]
}

export const spaceReads = (db: Kysely<Tables>): Spaces => ({
  async visibleTo(user, name) {
    const rows = await selectSpaces(db)
      .select(rootRank(user).as('rank'))
      .where(rootRank(user), 'is not', null)
      .$if(name !== undefined, query => query.where('s.name_key', '=', nameKey(name ?? '')))
      .orderBy(sql`s.owner is ${user}`, 'desc')
      .orderBy('s.name_key')
      .limit(limits.listItems + 1)
      .execute()
    return rows.map(row => toSpace(row, levels[row.rank ?? -1] ?? null))
  },

  async sharedWith(user, name) {
    const rows = await grantedTo(db, { user, name, limit: limits.listItems + 1 })
    const steps = await entriesAbove(
      db,
      user,
      rows.map(row => row.id),
    )
    const rankOf = ranksIn(steps)
    const byId = new Map(steps.map(step => [step.id, step]))
    return rows.flatMap(row => {
      const [, ...below] = pathTo(row.id, byId)
      const path = below.map(({ name }) => name)
      const level = levels[rankOf(row.id)]
      return level === undefined ? [] : [{ entry: toEntry(row), level, spaceName: row.space_name, path }]
    })
  },

  /** Without a level: who asks is not known here. */
  async get(id) {
    const [row] = await spaceById(db, { id })
    return row === undefined ? null : toSpace(row, null)
  },

  async seq(id) {
    const row = await db.selectFrom('spaces').select('seq').where('id', '=', id).executeTakeFirst()
    return row?.seq ?? 0
  },
})
