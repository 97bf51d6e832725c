import type { Entry, OnClash } from '../../../protocol/values.ts'
import { type EntryRow, type NamedEntryRow, toEntry } from '../entry-rows.ts'
import { insertRows } from '../insert-rows.ts'
import { fileKind } from '../tables.ts'
import { orderedId, type Tx } from '../tx.ts'
import { entryNow } from './find.ts'
import { entryNamed, freeName, namedAs, nameTaken } from './free-name.ts'
import { appendChanges, countChildren, nextSeqs } from './space-changes.ts'

/** A content that is whole, on its way to become a file. */
export type NewFile = {
  name: string
  onClash: OnClash
  content: string
  size: number
  digest: string
  type: string
  modifiedAt: number
}

/** Makes a content a file of a folder, or a new version of the one of that name. The quota is the caller's to charge. */
export const placeFile = async (
  tx: Tx,
  folder: EntryRow,
  file: NewFile,
): Promise<{ entry: Entry; unchanged: boolean }> => {
  if (file.onClash === 'replace') {
    const there = await entryNamed(tx, folder.id, file.name)
    if (there !== undefined) return replaceFile(tx, there, file)
  }
  const name = await freeName(tx, folder.id, file.name, file.onClash === 'keepBoth' ? 'keepBoth' : 'fail')
  const [id] = await insertFiles(tx, folder, [{ ...file, name }])
  return { entry: await entryNow(tx, id ?? ''), unchanged: false }
}

const replaceFile = async (
  tx: Tx,
  there: NamedEntryRow,
  file: NewFile,
): Promise<{ entry: Entry; unchanged: boolean }> => {
  if (there.kind !== fileKind || there.parent === null) throw nameTaken(there)
  if (there.digest === file.digest) return { entry: toEntry(there), unchanged: true }
  const { latest } = await tx.db
    .selectFrom('versions')
    .select(eb => eb.fn.max('number').as('latest'))
    .where('entry', '=', there.id)
    .executeTakeFirstOrThrow()
  const version = orderedId(tx.now)
  const seq = await nextSeqs(tx, there.space, 1)
  const { size, type, digest } = file
  const common = { size, type, digest, modified_at: file.modifiedAt }
  await tx.db
    .insertInto('versions')
    .values({
      ...common,
      id: version,
      entry: there.id,
      number: (latest ?? 0) + 1,
      content: file.content,
      created_at: tx.now,
      created_by: tx.by,
    })
    .execute()
  await tx.db
    .updateTable('entries')
    .set({ ...common, version, changed_by: tx.by, seq })
    .where('id', '=', there.id)
    .execute()
  await appendChanges(tx, [{ space: there.space, seq, folder: there.parent, entry: there.id, kind: 'put' }])
  return { entry: await entryNow(tx, there.id), unchanged: false }
}

/** Inserts files under names that are known to be free, by a fixed number of statements; answers their ids. */
export const insertFiles = async (
  tx: Tx,
  folder: EntryRow,
  files: readonly Omit<NewFile, 'onClash'>[],
): Promise<string[]> => {
  const first = await nextSeqs(tx, folder.space, files.length)
  const rows = files.map((file, place) => ({
    file,
    id: orderedId(tx.now),
    version: orderedId(tx.now),
    seq: first + place,
  }))
  await insertRows(
    tx.db,
    'entries',
    rows.map(({ file, id, version, seq }) => ({
      id,
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
    })),
  )
  await insertRows(
    tx.db,
    'versions',
    rows.map(({ file, id, version }) => ({
      id: version,
      entry: id,
      number: 1,
      content: file.content,
      size: file.size,
      type: file.type,
      digest: file.digest,
      modified_at: file.modifiedAt,
      created_at: tx.now,
      created_by: tx.by,
    })),
  )
  await appendChanges(
    tx,
    rows.map(({ id, seq }) => ({ space: folder.space, seq, folder: folder.id, entry: id, kind: 'put' })),
  )
  await countChildren(tx, folder.id, rows.length)
  return rows.map(row => row.id)
}
