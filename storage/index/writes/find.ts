import { WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import { ancestry, type EntryRow, type NamedEntryRow, selectEntries, toEntry } from '../entry-rows.ts'
import { among } from '../insert-rows.ts'
import { prepared } from '../prepared.ts'
import { folderKind } from '../tables.ts'
import type { Tx } from '../tx.ts'

const entryById = prepared((db, { id }: { id: string }) => selectEntries(db).where('e.id', '=', id))

/** The entry's row; `not_found` if there is none. */
export const findEntry = async (tx: Tx, id: string): Promise<NamedEntryRow> => {
  const [row] = await entryById(tx.db, { id })
  if (row === undefined) throw new WherryError('not_found')
  return row
}

/** The folder's row; `not_found`, or `not_a_folder` for a file. */
export const findFolder = async (tx: Tx, id: string): Promise<EntryRow> => {
  const row = await findEntry(tx, id)
  if (row.kind !== folderKind) throw new WherryError('not_a_folder')
  return row
}

/** An entry that has a folder above it: the root of a space cannot be renamed, moved or deleted (`forbidden`). */
export const findMovable = async (tx: Tx, id: string): Promise<NamedEntryRow & { parent: string }> => {
  const row = await findEntry(tx, id)
  if (row.parent === null) throw new WherryError('forbidden', 'The root of a space stays where it is.')
  return { ...row, parent: row.parent }
}

/** Entries as they are now, in the order of `ids`. */
export const entriesNow = async (tx: Tx, ids: readonly string[]): Promise<Entry[]> => {
  const rows = await selectEntries(tx.db).where('e.id', 'in', among(ids)).execute()
  const byId = new Map(rows.map(row => [row.id, toEntry(row)]))
  return ids.map(id => {
    const entry = byId.get(id)
    if (entry === undefined) throw new WherryError('not_found')
    return entry
  })
}

export const entryNow = async (tx: Tx, id: string): Promise<Entry> => toEntry(await findEntry(tx, id))

const above = prepared((db, { id }: { id: string }) =>
  db.selectFrom(ancestry(id).as('a')).select('a.id').orderBy('a.depth'),
)

/** The ids from an entry up to the root, nearest first. */
export const idsAbove = async (tx: Tx, id: string): Promise<string[]> => {
  const rows = await above(tx.db, { id })
  return rows.map(row => row.id)
}
