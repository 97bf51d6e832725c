import type { Entry, OnClash } from '../../../protocol/values.ts'
import { type EntryRow, type NamedEntryRow, toEntry } from '../entry-rows.ts'
import type { Tx } from '../tx.ts'
import { entryNamed, freeName, nameTaken } from './free-name.ts'
import { insertFiles, type NewFile } from './insert-files.ts'
import { isFile, replaceFiles } from './replace-files.ts'

/** `added`: 1 if the folder has an entry more, else 0. */
type Placed = { entry: Entry; unchanged: boolean; added: number }

/** A file, and what to do if its name is taken. */
export type ClashingFile = NewFile & { onClash: OnClash }

/** Makes a content a file of a folder, or a new version of the one of that name. What the space holds is the caller's to charge. */
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
  return { entry, unchanged: false, added: 1 }
}

const replaceFile = async (tx: Tx, there: NamedEntryRow, file: NewFile): Promise<Placed> => {
  if (!isFile(there)) throw nameTaken(there)
  if (there.digest === file.digest) return { entry: toEntry(there), unchanged: true, added: 0 }
  const [entry] = await replaceFiles(tx, [{ there, file }])
  if (entry === undefined) throw new Error('A file was not replaced.')
  return { entry, unchanged: false, added: 0 }
}
