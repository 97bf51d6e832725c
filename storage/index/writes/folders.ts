import type { Entry } from '../../../protocol/values.ts'
import { toEntry } from '../entry-rows.ts'
import { folderKind } from '../tables.ts'
import { orderedId, type Write } from '../tx.ts'
import { assertRoomBelow } from './depth.ts'
import { entryNow, findFolder } from './find.ts'
import { entryNamed, freeName, namedAs } from './free-name.ts'
import { appendChanges, charge, countChildren, nextSeqs } from './space-changes.ts'

type NewFolder = { folder: string; name: string; onClash: 'fail' | 'keepBoth' | 'reuse' }

export const createFolder: Write<NewFolder, { entry: Entry; created: boolean }> = async (tx, args) => {
  const parent = await findFolder(tx, args.folder)
  if (args.onClash === 'reuse') {
    const there = await entryNamed(tx, parent.id, args.name)
    if (there?.kind === folderKind) return { entry: toEntry(there), created: false }
  }
  await assertRoomBelow(tx, parent.id)
  const name = await freeName(tx, parent.id, args.name, args.onClash === 'keepBoth' ? 'keepBoth' : 'fail')
  const id = orderedId(tx.now)
  await charge(tx, parent.space, { entries: 1 })
  const seq = await nextSeqs(tx, parent.space, 1)
  await tx.db
    .insertInto('entries')
    .values({
      id,
      space: parent.space,
      parent: parent.id,
      kind: folderKind,
      ...namedAs(name),
      size: 0,
      children: 0,
      history_from: 0,
      modified_at: tx.now,
      created_at: tx.now,
      created_by: tx.by,
      changed_by: tx.by,
      seq,
    })
    .execute()
  await countChildren(tx, parent.id, 1)
  await appendChanges(tx, [{ space: parent.space, seq, folder: parent.id, entry: id, kind: 'put' }])
  return { entry: await entryNow(tx, id), created: true }
}
