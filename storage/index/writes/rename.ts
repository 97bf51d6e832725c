import type { Entry } from '../../../protocol/values.ts'
import { toEntry } from '../entry-rows.ts'
import { folderKind } from '../tables.ts'
import type { Write } from '../tx.ts'
import { entryNow, findMovable } from './find.ts'
import { entryNamed, namedAs, nameTaken } from './free-name.ts'
import { noteGrantsOn } from './granted.ts'
import { appendChanges, nextSeqs } from './space-changes.ts'
import { assertLeftAlone } from './unchanged.ts'

type Renaming = { entry: string; name: string; unchangedSince: number | undefined }

/** Another name in the same folder; another spelling of the same name (case, accents composed or not) is fine. */
export const renameEntry: Write<Renaming, Entry> = async (tx, { entry: id, name, unchangedSince }) => {
  const row = await findMovable(tx, id)
  assertLeftAlone(tx, row, unchangedSince)
  if (row.name === name) return toEntry(row)
  const keys = namedAs(name)
  const there = await entryNamed(tx, row.parent, name)
  if (there !== undefined && there.id !== id) throw nameTaken(there)
  const seq = await nextSeqs(tx, row.space, 1)
  await tx.db
    .updateTable('entries')
    .set({ ...keys, changed_by: tx.by, seq })
    .where('id', '=', id)
    .execute()
  await appendChanges(tx, [{ space: row.space, seq, folder: row.parent, entry: id, kind: 'put' }])
  if (row.kind === folderKind) tx.effects.movedFolders.push(id)
  await noteGrantsOn(tx, row.space, [id])
  return entryNow(tx, id)
}
