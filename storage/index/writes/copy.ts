import { WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import { type EntryRow, selectEntries, subtree } from '../entry-rows.ts'
import { insertRows } from '../insert-rows.ts'
import { fileKind } from '../tables.ts'
import { orderedId, type Tx, type Write } from '../tx.ts'
import { assertFits } from './depth.ts'
import { entriesNow, findEntry, findFolder, idsAbove } from './find.ts'
import { freeName, namedAs } from './free-name.ts'
import { appendChanges, charge, countChildren, nextSeqs } from './space-changes.ts'

type Copying = { entries: readonly string[]; folder: string; onClash: 'fail' | 'keepBoth' }

/** Entries that one copy may make: more would hold up every other write. */
const copiedAtOnce = 20_000

/** Copies share the contents of the files' current versions: no reference row is touched. */
export const copyEntries: Write<Copying, Entry[]> = async (tx, { entries, folder: to, onClash }) => {
  const folder = await findFolder(tx, to)
  const above = new Set(await idsAbove(tx, folder.id))
  const copies: string[] = []
  let room = copiedAtOnce
  for (const id of entries) {
    const row = await findEntry(tx, id)
    if (above.has(id)) throw new WherryError('invalid_move')
    await assertFits(tx, row, above.size)
    const copy = await copyOne(tx, row, folder, await freeName(tx, folder.id, row.name, onClash), room)
    copies.push(copy.id)
    room -= copy.entries
  }
  return entriesNow(tx, copies)
}

const copyOne = async (
  tx: Tx,
  top: EntryRow,
  folder: EntryRow,
  name: string,
  room: number,
): Promise<{ id: string; entries: number }> => {
  const rows = await selectEntries(tx.db)
    .where('e.id', 'in', subtree([top.id]))
    .limit(room + 1)
    .execute()
  if (rows.length > room)
    throw new WherryError('too_large', `One copy can make ${copiedAtOnce} entries, not more.`)
  const bytes = rows.reduce((sum, row) => sum + row.size, 0)
  await charge(tx, folder.space, { used: bytes, entries: rows.length })
  const ids = new Map(rows.map(row => [row.id, orderedId(tx.now)]))
  const versions = new Map(rows.filter(row => row.kind === fileKind).map(row => [row.id, orderedId(tx.now)]))
  const seq = await nextSeqs(tx, folder.space, 1)
  const copyOf = (id: string): string => ids.get(id) ?? ''
  await insertRows(
    tx.db,
    'entries',
    rows.map(row => ({
      id: copyOf(row.id),
      space: folder.space,
      parent: row.id === top.id ? folder.id : copyOf(row.parent ?? ''),
      kind: row.kind,
      ...(row.id === top.id ? namedAs(name) : namedAs(row.name)),
      size: row.size,
      type: row.type,
      digest: row.digest,
      version: versions.get(row.id) ?? null,
      children: row.children,
      history_from: 0,
      modified_at: row.modified_at,
      created_at: tx.now,
      created_by: tx.by,
      changed_by: tx.by,
      seq,
    })),
  )
  await copyVersions(tx, versions, copyOf)
  await countChildren(tx, folder.id, 1)
  const id = copyOf(top.id)
  await appendChanges(tx, [{ space: folder.space, seq, folder: folder.id, entry: id, kind: 'put' }])
  return { id, entries: rows.length }
}

/** The current version of each copied file becomes the first of its copy. */
const copyVersions = async (
  tx: Tx,
  versions: ReadonlyMap<string, string>,
  copyOf: (id: string) => string,
): Promise<void> => {
  const current = await tx.db
    .selectFrom('entries as e')
    .innerJoin('versions as v', 'v.id', 'e.version')
    .selectAll('v')
    .where('e.id', 'in', subtree([...versions.keys()]))
    .execute()
  await insertRows(
    tx.db,
    'versions',
    current.map(row => ({
      ...row,
      id: versions.get(row.entry) ?? '',
      entry: copyOf(row.entry),
      number: 1,
      created_at: tx.now,
      created_by: tx.by,
    })),
  )
}
