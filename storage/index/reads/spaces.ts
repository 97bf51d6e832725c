import { type Kysely, sql } from 'kysely'
import { type Level, levels } from '../../../protocol/levels.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Space } from '../../../protocol/values.ts'
import type { Spaces } from '../../storage.ts'
import { selectEntries, toEntry, toPerson } from '../entry-rows.ts'
import { prepared } from '../prepared.ts'
import type { Tables } from '../tables.ts'
import { levelOf } from './access.ts'
import { namesAbove } from './paths.ts'

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

export const spaceReads = (db: Kysely<Tables>): Spaces => ({
  async visibleTo(user) {
    const rows = await selectSpaces(db)
      .select(rootRank(user).as('rank'))
      .where(rootRank(user), 'is not', null)
      .orderBy(sql`s.owner is ${user}`, 'desc')
      .orderBy('s.name_key')
      .limit(limits.listItems)
      .execute()
    return rows.map(row => toSpace(row, levels[row.rank ?? -1] ?? null))
  },

  async sharedWith(user) {
    const rows = await selectEntries(db)
      .innerJoin('spaces as s', 's.id', 'e.space')
      .select('s.name as space_name')
      .where('e.id', 'in', eb => eb.selectFrom('grants').select('entry').where('subject', 'in', ['', user]))
      .where(rootRank(user), 'is', null)
      .orderBy('s.name_key')
      .orderBy('e.sort_key')
      .limit(limits.listItems)
      .execute()
    const shared = []
    for (const row of rows) {
      const level = await levelOf(db, user, row.id)
      const above = await namesAbove(db, row.id)
      if (level === null) continue
      shared.push({
        entry: toEntry(row),
        level,
        spaceName: row.space_name,
        path: above.slice(1).map(entry => entry.name),
      })
    }
    return shared
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
