import type { Kysely } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import { levels } from '../../../protocol/levels.ts'
import { nameKey } from '../../../protocol/names.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { Entries } from '../../storage.ts'
import { selectEntries, toEntry } from '../entry-rows.ts'
import { folderKind, type Tables } from '../tables.ts'
import { ranksIn } from './access.ts'
import { damagedBelow } from './damaged.ts'
import { encodeCursor, pageRows } from './pages.ts'
import { entriesAbove, foldersBelow, pathTo, placeOf, stepsAbove } from './paths.ts'
import { sumsBelow } from './sums.ts'

type EntryReads = Pick<
  Entries,
  'get' | 'path' | 'place' | 'above' | 'below' | 'resolve' | 'list' | 'damagedBelow' | 'walk' | 'sums'
>

export const entryReads = (db: Kysely<Tables>): EntryReads => ({
  async get(id) {
    const row = await selectEntries(db).where('e.id', '=', id).executeTakeFirst()
    return row === undefined ? null : toEntry(row)
  },

  async path(user, id) {
    const steps = await entriesAbove(db, user, [id])
    const rankOf = ranksIn(steps)
    const byId = new Map(steps.map(step => [step.id, step]))
    return pathTo(id, byId).map(({ id: step, name }) => ({
      id: step,
      name,
      level: levels[rankOf(step)] ?? null,
    }))
  },

  place: id => placeOf(db, id),

  above: async ids => (await stepsAbove(db, ids)).map(({ id }) => id),

  below: (tops, folders) => foldersBelow(db, tops, folders),

  async resolve(space, path) {
    let row = await selectEntries(db)
      .where('e.space', '=', space)
      .where('e.id', '=', rootOf(db, space))
      .executeTakeFirst()
    for (const name of path) {
      if (row === undefined) return null
      row = await selectEntries(db)
        .where('e.parent', '=', row.id)
        .where('e.name_key', '=', nameKey(name))
        .executeTakeFirst()
    }
    return row === undefined ? null : toEntry(row)
  },

  async list(folder, page) {
    const { seq, children } = await folderHead(db, folder)
    const rows = await pageRows(db, folder, { ...page, limit: page.limit + 1 })
    const last = rows.length > page.limit ? rows[page.limit - 1] : undefined
    return {
      seq,
      entries: rows.slice(0, page.limit).map(toEntry),
      next: last === undefined ? null : encodeCursor(last, page.order),
      total: children,
    }
  },

  damagedBelow: (folder, after, limit) => damagedBelow(db, folder, after, limit),

  walk: folder => walk(db, folder, ''),

  sums: ids => sumsBelow(db, ids),
})

const rootOf = (db: Kysely<Tables>, space: string) =>
  db.selectFrom('spaces').select('root').where('id', '=', space)

/** A folder's space number and how many entries it has; `not_found`, or `not_a_folder` for a file. */
const folderHead = async (db: Kysely<Tables>, folder: string): Promise<{ seq: number; children: number }> => {
  const head = await db
    .selectFrom('entries as e')
    .innerJoin('spaces as s', 's.id', 'e.space')
    .select(['s.seq', 'e.children', 'e.kind'])
    .where('e.id', '=', folder)
    .executeTakeFirst()
  if (head === undefined) throw new WherryError('not_found')
  if (head.kind !== folderKind) throw new WherryError('not_a_folder')
  return head
}

/** A page is read at once, which takes about a millisecond. */
const walkPage = 100

async function* walk(
  db: Kysely<Tables>,
  folder: string,
  above: string,
): AsyncGenerator<{ entry: Entry; path: string }> {
  for (let after: string | null = null; ; ) {
    const rows = await pageRows(db, folder, { order: 'name', descending: false, after, limit: walkPage })
    for (const row of rows) {
      const path = `${above}${row.name}`
      yield { entry: toEntry(row), path }
      if (row.children > 0) yield* walk(db, row.id, `${path}/`)
    }
    const last = rows[walkPage - 1]
    if (last === undefined) return
    after = encodeCursor(last, 'name')
  }
}
