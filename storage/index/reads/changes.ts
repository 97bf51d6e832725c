import { type Kysely, sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import type { Change } from '../../../protocol/values.ts'
import type { Changes } from '../../storage.ts'
import { type NamedEntryRow, toEntry, toPerson } from '../entry-rows.ts'
import type { Tables } from '../tables.ts'

/**
 * Rows of the history, oldest first. A put has the entry as it is now: one that was changed again, left or is gone has
 * a later row that says so, and is left out here.
 */
const selectChanges = (db: Kysely<Tables>, after: number, upTo: number) =>
  db
    .selectFrom('changes as c')
    .leftJoin('entries as e', join =>
      join.onRef('e.id', '=', 'c.entry').onRef('e.parent', '=', 'c.folder').onRef('e.seq', '=', 'c.seq'),
    )
    .leftJoin('users as u', 'u.id', 'c.by')
    .selectAll('e')
    .select([
      'c.seq as change_seq',
      'c.entry',
      'c.folder',
      'c.kind as change_kind',
      'c.by',
      'u.name as by_name',
    ])
    .where('c.seq', '>', after)
    .where('c.seq', '<=', upTo)
    .where(eb => eb.or([eb('c.kind', '=', 'removed'), eb('e.id', 'is not', null)]))
    .orderBy('c.seq')

type ChangeRow = Awaited<ReturnType<ReturnType<typeof selectChanges>['executeTakeFirstOrThrow']>>

const toChange = (row: ChangeRow): Change =>
  row.change_kind === 'removed'
    ? { kind: 'removed', seq: row.change_seq, id: row.entry, by: toPerson(row.by, row.by_name) }
    : { kind: 'put', seq: row.change_seq, entry: toEntry(row as NamedEntryRow) }

export const changeReads = (db: Kysely<Tables>): Changes => ({
  async ofFolder(folder, since, limit) {
    const head = await db
      .selectFrom('entries as e')
      .innerJoin('spaces as s', 's.id', 'e.space')
      .select(['e.space', 'e.history_from', 's.seq', 's.pruned_seq'])
      .where('e.id', '=', folder)
      .executeTakeFirst()
    if (head === undefined) throw new WherryError('not_found')
    if (since > head.seq || since < Math.max(head.pruned_seq, head.history_from))
      return { seq: head.seq, reset: true, changes: [], more: false }
    const rows = await selectChanges(db, since, head.seq)
      // The plus keeps SQLite from walking the space's history instead of the folder's.
      .where(sql`+c.space`, '=', head.space)
      .where('c.folder', '=', folder)
      .limit(limit + 1)
      .execute()
    const more = rows.length > limit
    const changes = rows.slice(0, limit).map(toChange)
    return { seq: more ? (changes.at(-1)?.seq ?? since) : head.seq, reset: false, changes, more }
  },

  async ofSpace(space, after, limit) {
    const rows = await selectChanges(db, after, Number.MAX_SAFE_INTEGER)
      .where('c.space', '=', space)
      .limit(limit)
      .execute()
    return rows.map(row => ({ folder: row.folder, change: toChange(row) }))
  },
})
