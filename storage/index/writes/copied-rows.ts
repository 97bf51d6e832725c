import type { EntryRow } from '../entry-rows.ts'
import { among, insertRows } from '../insert-rows.ts'
import { fileKind } from '../tables.ts'
import { orderedId, type Tx } from '../tx.ts'
import { namedAs } from './free-name.ts'
import { charge } from './space-changes.ts'

/** Where a copy goes; `parent` is null while it is in no folder yet. */
type Place = { parent: string | null; name: string; children: number; seq: number }

/**
 * Inserts copies of entries and charges their space; answers the ids of the copies by those of their originals. They share
 * the contents of the files' current versions: no reference row is touched.
 */
export const insertCopies = async (
  tx: Tx,
  space: string,
  rows: readonly EntryRow[],
  placeOf: (row: EntryRow, copyOf: (id: string | null) => string) => Place,
): Promise<ReadonlyMap<string, string>> => {
  const bytes = rows.reduce((sum, row) => sum + row.size, 0)
  await charge(tx, space, { used: bytes, entries: rows.length })
  const ids = new Map(rows.map(row => [row.id, orderedId(tx.now)]))
  const versions = new Map(rows.filter(row => row.kind === fileKind).map(row => [row.id, orderedId(tx.now)]))
  const copyOf = (id: string | null): string => ids.get(id ?? '') ?? ''
  await insertRows(
    tx.db,
    'entries',
    rows.map(row => {
      const { name, ...place } = placeOf(row, copyOf)
      return {
        id: copyOf(row.id),
        space,
        ...place,
        ...namedAs(name),
        kind: row.kind,
        size: row.size,
        type: row.type,
        digest: row.digest,
        version: versions.get(row.id) ?? null,
        history_from: 0,
        modified_at: row.modified_at,
        created_at: tx.now,
        created_by: tx.by,
        changed_by: tx.by,
      }
    }),
  )
  await insertVersions(tx, rows, versions, copyOf)
  return ids
}

/** The current version of each copied file becomes the first of its copy. */
const insertVersions = async (
  tx: Tx,
  rows: readonly EntryRow[],
  versions: ReadonlyMap<string, string>,
  copyOf: (id: string) => string,
): Promise<void> => {
  const current = await tx.db
    .selectFrom('versions')
    .selectAll()
    .where('id', 'in', among(rows.flatMap(({ version }) => version ?? [])))
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
