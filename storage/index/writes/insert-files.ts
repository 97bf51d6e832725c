import type { Insertable } from 'kysely'
import type { Entry } from '../../../protocol/values.ts'
import { type EntryRow, toEntry } from '../entry-rows.ts'
import { insertRows } from '../insert-rows.ts'
import { fileKind, type Tables } from '../tables.ts'
import { orderedId, type Tx } from '../tx.ts'
import { assertRoomBelow } from './depth.ts'
import { namedAs } from './free-name.ts'
import { appendChanges, countChildren, nextSeqs } from './space-changes.ts'
import { nameOfWriter } from './writer-name.ts'

/** A content that is whole, on its way to become a file. */
export type NewFile = {
  name: string
  content: string
  size: number
  digest: string
  type: string
  modifiedAt: number
}

/** Inserts files under names that are known to be free, by few statements; answers them in their order. `too_large` if the folder is too deep. */
export const insertFiles = async (tx: Tx, folder: EntryRow, files: readonly NewFile[]): Promise<Entry[]> => {
  await assertRoomBelow(tx, folder.id)
  const first = await nextSeqs(tx, folder.space, files.length)
  const placed = files.map((file, place) => {
    const version = orderedId(tx.now)
    return { file, version, row: entryRow(tx, folder, file, version, first + place) }
  })
  const rows = placed.map(({ row }) => row)
  await insertRows(tx.db, 'entries', rows)
  await insertRows(
    tx.db,
    'versions',
    placed.map(({ file, version, row }) => versionRow(tx, file, { id: version, entry: row.id, number: 1 })),
  )
  await appendChanges(
    tx,
    rows.map(({ id, seq }) => ({ space: folder.space, seq, folder: folder.id, entry: id, kind: 'put' })),
  )
  await countChildren(tx, folder.id, rows.length)
  const by_name = await nameOfWriter(tx)
  return rows.map(row => toEntry({ ...row, by_name }))
}

const entryRow = (tx: Tx, folder: EntryRow, file: NewFile, version: string, seq: number): EntryRow => ({
  id: orderedId(tx.now),
  space: folder.space,
  parent: folder.id,
  kind: fileKind,
  ...namedAs(file.name),
  size: file.size,
  type: file.type,
  digest: file.digest,
  version,
  children: 0,
  history_from: 0,
  modified_at: file.modifiedAt,
  created_at: tx.now,
  created_by: tx.by,
  changed_by: tx.by,
  seq,
})

export const versionRow = (
  tx: Tx,
  file: NewFile,
  named: { id: string; entry: string; number: number },
): Insertable<Tables['versions']> => ({
  ...named,
  content: file.content,
  size: file.size,
  type: file.type,
  digest: file.digest,
  modified_at: file.modifiedAt,
  created_at: tx.now,
  created_by: tx.by,
})
