import { WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import { type EntryRow, selectEntries, subtree } from '../entry-rows.ts'
import { among } from '../insert-rows.ts'
import type { Tx, Write } from '../tx.ts'
import { insertCopies } from './copied-rows.ts'
import { assertFits } from './depth.ts'
import { entriesNow, findEntry, findFolder, idsAbove } from './find.ts'
import { assertNameable, assertNamesFree, freeName, namedAs } from './free-name.ts'
import { appendChanges, countChildren, nextSeqs } from './space-changes.ts'

export type Copying = {
  entries: readonly string[]
  folder: string
  /** Of a single entry: the name to have there. */
  name?: string | undefined
  onClash: 'fail' | 'keepBoth'
}

/** Entries that one write copies: more would hold up every other write. */
const copiedAtOnce = 1_000

/**
 * Copies entries with all that is in them. Answers null, having changed nothing, where that is more than one write copies:
 * then copies of them are made in steps (copy-steps.ts), and given as `staged`, in the order of `entries`.
 */
export const copyEntries: Write<Copying & { staged?: readonly string[] }, Entry[] | null> = async (
  tx,
  { entries, folder: to, name, onClash, staged },
) => {
  assertNameable(entries, name)
  const folder = await findFolder(tx, to)
  if (staged !== undefined) return attach(tx, staged, folder, onClash)
  const above = new Set(await idsAbove(tx, folder.id))
  const tops: EntryRow[] = []
  let count = 0
  for (const id of entries) {
    const row = await findEntry(tx, id)
    if (above.has(id)) throw new WherryError('invalid_move')
    count += await assertFits(tx, row, above.size)
    tops.push(row)
  }
  if (onClash === 'fail') {
    const coming = tops.map(top => ({ id: top.id, name: name ?? top.name }))
    await assertNamesFree(tx, folder.id, coming)
  }
  if (count > copiedAtOnce) return null
  const copies: string[] = []
  for (const top of tops)
    copies.push(await copyWhole(tx, top, folder, await freeName(tx, folder.id, name ?? top.name, onClash)))
  return entriesNow(tx, copies)
}

/** Answers the id of the copy. */
const copyWhole = async (tx: Tx, top: EntryRow, folder: EntryRow, name: string): Promise<string> => {
  const rows = await selectEntries(tx.db)
    .where('e.id', 'in', subtree([top.id]))
    .execute()
  const seq = await nextSeqs(tx, folder.space, 1)
  const ids = await insertCopies(tx, folder.space, rows, (row, copyOf) => ({
    parent: row.id === top.id ? folder.id : copyOf(row.parent),
    name: row.id === top.id ? name : row.name,
    children: row.children,
    seq,
  }))
  const id = ids.get(top.id) ?? ''
  await countChildren(tx, folder.id, 1)
  await appendChanges(tx, [{ space: folder.space, seq, folder: folder.id, entry: id, kind: 'put' }])
  return id
}

/** Brings copies that are complete into their folder. */
const attach = async (
  tx: Tx,
  staged: readonly string[],
  folder: EntryRow,
  onClash: Copying['onClash'],
): Promise<Entry[]> => {
  const above = await idsAbove(tx, folder.id)
  for (const id of staged) {
    const row = await findEntry(tx, id)
    if (row.space !== folder.space) throw new WherryError('conflict', 'The folder was moved meanwhile.')
    await assertFits(tx, row, above.length)
    const name = await freeName(tx, folder.id, row.name, onClash)
    const seq = await nextSeqs(tx, folder.space, 1)
    await tx.db
      .updateTable('entries')
      .set({ ...namedAs(name), parent: folder.id, seq })
      .where('id', '=', id)
      .execute()
    await appendChanges(tx, [{ space: folder.space, seq, folder: folder.id, entry: id, kind: 'put' }])
  }
  await tx.db.deleteFrom('staged').where('entry', 'in', among(staged)).execute()
  await countChildren(tx, folder.id, staged.length)
  return entriesNow(tx, staged)
}
