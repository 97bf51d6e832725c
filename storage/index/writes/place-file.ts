import type { Entry, OnClash } from '../../../protocol/values.ts'
import { type EntryRow, type NamedEntryRow, toEntry } from '../entry-rows.ts'
import { fileKind } from '../tables.ts'
import { orderedId, type Tx } from '../tx.ts'
import { entryNow } from './find.ts'
import { entryNamed, freeName, nameTaken } from './free-name.ts'
import { insertFiles, type NewFile } from './insert-files.ts'
import { appendChanges, nextSeqs } from './space-changes.ts'

type Placed = { entry: Entry; unchanged: boolean }

/** A file, and what to do if its name is taken. */
export type ClashingFile = NewFile & { onClash: OnClash }

/** Makes a content a file of a folder, or a new version of the one of that name. The quota is the caller's to charge. */
export const placeFile = async (tx: Tx, folder: EntryRow, file: ClashingFile): Promise<Placed> => {
  if (file.onClash !== 'replace') {
    return insertFile(tx, folder, { ...file, name: await freeName(tx, folder.id, file.name, file.onClash) })
  }
  const there = await entryNamed(tx, folder.id, file.name)
  return there === undefined ? insertFile(tx, folder, file) : replaceFile(tx, there, file)
}

const insertFile = async (tx: Tx, folder: EntryRow, file: NewFile): Promise<Placed> => {
  const [entry] = await insertFiles(tx, folder, [file])
  if (entry === undefined) throw new Error('A file was not inserted.')
  return { entry, unchanged: false }
}

const replaceFile = async (tx: Tx, there: NamedEntryRow, file: ClashingFile): Promise<Placed> => {
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
