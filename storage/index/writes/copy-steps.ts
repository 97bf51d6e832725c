import { sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import { type EntryRow, selectEntries } from '../entry-rows.ts'
import { among, insertRows } from '../insert-rows.ts'
import { levelOf } from '../reads/access.ts'
import { folderKind } from '../tables.ts'
import type { Tx, Write } from '../tx.ts'
import { insertCopies } from './copied-rows.ts'
import { findEntry, findFolder } from './find.ts'
import { countChildren } from './space-changes.ts'

/** A folder and its copy, which has all whose name keys are not above `after`. */
export type Filling = { source: string; copy: string; after: string }

const rowsAtOnce = 500

/**
 * Begins copies that take more than one write: out of everybody's reach, in no folder, and empty where they are folders.
 * Answers their ids, in the order of `entries`, and what is to be filled.
 */
export const beginCopies: Write<
  { entries: readonly string[]; folder: string },
  { staged: string[]; fillings: Filling[] }
> = async (tx, { entries, folder: to }) => {
  const { space } = await findFolder(tx, to)
  const staged: string[] = []
  const fillings: Filling[] = []
  for (const id of entries) {
    const row = await findEntry(tx, id)
    const copies = await insertChildren(tx, space, null, [row])
    staged.push(copies.get(id) ?? '')
    fillings.push(...fillingsOf([row], copies))
  }
  await insertRows(
    tx.db,
    'staged',
    staged.map(entry => ({ entry })),
  )
  return { staged, fillings }
}

/**
 * Copies some of what is in a folder into its copy; answers what is to be filled then. `conflict` if the user may not read
 * the folder any more, as somewhere in what is copied it was moved away or deleted.
 */
export const fillCopy: Write<Filling, Filling[]> = async (tx, { source, copy, after }) => {
  const { space } = await findFolder(tx, copy)
  if (tx.by !== null && (await levelOf(tx.db, tx.by, source)) === null)
    throw new WherryError('conflict', 'A folder was moved away or deleted while it was copied.')
  const rows = await selectEntries(tx.db)
    .where('e.parent', '=', source)
    .where('e.name_key', '>', after)
    .orderBy('e.name_key')
    .limit(rowsAtOnce)
    .execute()
  const copies = await insertChildren(tx, space, copy, rows)
  await countChildren(tx, copy, rows.length)
  const last = rows.at(-1)
  const isFull = rows.length < rowsAtOnce || last === undefined
  return [...(isFull ? [] : [{ source, copy, after: last.name_key }]), ...fillingsOf(rows, copies)]
}

/** Gives copies up that are still in no folder, or all of them: their rows go as those of deleted folders do. */
export const giveUpCopies: Write<{ staged: readonly string[] | null }, null> = async (tx, { staged }) => {
  const those = staged === null ? sql`(select entry from staged)` : among(staged)
  await sql`insert into removals select entry from staged where entry in ${those}`.execute(tx.db)
  await sql`delete from staged where entry in ${those}`.execute(tx.db)
  return null
}

const fillingsOf = (rows: readonly EntryRow[], copies: ReadonlyMap<string, string>): Filling[] =>
  rows
    .filter(({ kind, children }) => kind === folderKind && children > 0)
    .map(({ id }) => ({ source: id, copy: copies.get(id) ?? '', after: '' }))

/** Copies entries without what is in them. They are no change of their space until they are in a folder of it. */
const insertChildren = async (
  tx: Tx,
  space: string,
  parent: string | null,
  rows: readonly EntryRow[],
): Promise<ReadonlyMap<string, string>> => {
  const { seq } = await tx.db
    .selectFrom('spaces')
    .select('seq')
    .where('id', '=', space)
    .executeTakeFirstOrThrow()
  return insertCopies(tx, space, rows, ({ name }) => ({ parent, name, children: 0, seq }))
}
