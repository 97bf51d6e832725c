import type { Entry } from '../../../protocol/values.ts'
import { type NamedEntryRow, toEntry } from '../entry-rows.ts'
import { among, insertRows } from '../insert-rows.ts'
import { prepared } from '../prepared.ts'
import { fileKind } from '../tables.ts'
import { orderedId, type Tx } from '../tx.ts'
import { noteGrantsOn } from './granted.ts'
import { type NewFile, versionRow } from './insert-files.ts'
import { appendChanges, nextSeqs } from './space-changes.ts'
import { nameOfWriter } from './writer-name.ts'

/** A file that can have a next version. */
export type FileRow = NamedEntryRow & { parent: string }

export const isFile = (row: NamedEntryRow): row is FileRow => row.kind === fileKind && row.parent !== null

/** What is to be the next version of a file. */
export type NewVersion = { there: FileRow; file: NewFile }

/** Makes contents the next versions of files of one space, each another one, by few statements; answers them in their order. */
export const replaceFiles = async (tx: Tx, all: readonly NewVersion[]): Promise<Entry[]> => {
  const space = all[0]?.there.space
  if (space === undefined) return []
  const ids = all.map(({ there }) => there.id)
  const latest = await latestNumbers(tx, ids)
  const first = await nextSeqs(tx, space, all.length)
  const by_name = await nameOfWriter(tx)
  const placed = all.map(({ there, file }, place) => {
    const id = orderedId(tx.now)
    const content = { size: file.size, type: file.type, digest: file.digest, modified_at: file.modifiedAt }
    return {
      row: { ...there, ...content, version: id, changed_by: tx.by, by_name, seq: first + place },
      version: versionRow(tx, file, { id, entry: there.id, number: (latest.get(there.id) ?? 0) + 1 }),
    }
  })
  const rows = placed.map(({ row }) => row)
  await insertRows(
    tx.db,
    'versions',
    placed.map(({ version }) => version),
  )
  for (const row of rows) await updateFile(tx.db, row)
  await appendChanges(
    tx,
    rows.map(({ id, seq, parent }) => ({ space, seq, folder: parent, entry: id, kind: 'put' })),
  )
  await noteGrantsOn(tx, space, ids)
  return rows.map(toEntry)
}

const latestNumbers = async (tx: Tx, entries: readonly string[]): Promise<Map<string, number>> => {
  const rows = await tx.db
    .selectFrom('versions')
    .select(['entry', eb => eb.fn.max('number').as('latest')])
    .where('entry', 'in', among(entries))
    .groupBy('entry')
    .execute()
  return new Map(rows.map(({ entry, latest }) => [entry, latest]))
}

const updateFile = prepared((db, row: FileRow) =>
  db
    .updateTable('entries')
    .set({
      size: row.size,
      type: row.type,
      digest: row.digest,
      version: row.version,
      modified_at: row.modified_at,
      changed_by: row.changed_by,
      seq: row.seq,
    })
    .where('id', '=', row.id),
)
