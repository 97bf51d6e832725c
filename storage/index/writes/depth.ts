import { sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { EntryRow } from '../entry-rows.ts'
import { fileKind, folderKind } from '../tables.ts'
import type { Tx } from '../tx.ts'
import { idsAbove } from './find.ts'

const tooDeep = (): WherryError =>
  new WherryError('too_large', `A path can have ${limits.pathNames} names, not more.`)

/** Throws `too_large` if entries of a folder would be deeper than paths can be. */
export const assertRoomBelow = async (tx: Tx, folder: string): Promise<void> => {
  // The root of a space has no name in a path, the entry has.
  if ((await idsAbove(tx, folder)).length > limits.pathNames) throw tooDeep()
}

/**
 * Throws `too_large` if an entry, with what is in it, would be deeper than paths can be in a folder with `above` ids from
 * itself to the root. Answers how many entries it is, with what is in it.
 */
export const assertFits = async (tx: Tx, row: EntryRow, above: number): Promise<number> => {
  const { height, entries } = await extentOf(tx, row)
  if (above - 1 + height > limits.pathNames) throw tooDeep()
  return entries
}

/** The same for an entry that is moved: what comes no deeper than it was is fine, also if it is too deep already. */
export const assertFitsMoved = async (
  tx: Tx,
  row: EntryRow & { parent: string },
  above: number,
): Promise<void> => {
  if (above > (await idsAbove(tx, row.parent)).length) await assertFits(tx, row, above)
}

type Extent = { height: number; entries: number }

/**
 * Names of the longest path from an entry (1 for itself) down, and how many entries it is. Asks of folders alone: files are
 * many, and known by count.
 */
export const extentOf = async (tx: Tx, row: EntryRow): Promise<Extent> => {
  if (row.kind === fileKind) return { height: 1, entries: 1 }
  // `cross`: else SQLite walks all entries of the hub and looks each of them up below this one.
  const { rows } = await sql<Extent>`
    with recursive below(id, height) as (
      select ${row.id}, 1
      union all
      select e.id, below.height + 1 from entries as e join below on e.parent = below.id and e.kind = ${folderKind}
    ) select max(below.height + (e.children > 0)) as height, 1 + sum(e.children) as entries
      from below cross join entries as e on e.id = below.id`.execute(tx.db)
  return rows[0] ?? { height: 1, entries: 1 }
}
