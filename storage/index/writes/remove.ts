import type { Write } from '../tx.ts'
import { findMovable } from './find.ts'
import { dropGrantsBelow, noteGrantsBelow } from './granted.ts'
import { deleteTogether, detach, foldersIn, isFolder } from './removals.ts'
import { appendChanges, countChildren, nextSeqs } from './space-changes.ts'
import { assertUnchanged } from './unchanged.ts'

type Removing = { entries: readonly string[]; unchangedSince: number | undefined }

/** Entries whose rows one delete takes away by itself: more would hold up every other write. */
const removedAtOnce = 1_000

/**
 * An entry that lies in another one of the list goes with it. Where many are in them, the folders are out of everybody's
 * reach at once and their rows go later: answers how many all are.
 */
export const removeEntries: Write<Removing, number> = async (tx, { entries, unchangedSince }) => {
  const rows = []
  for (const id of new Set(entries)) rows.push(await findMovable(tx, id))
  for (const row of rows) await assertUnchanged(tx, row, unchangedSince)
  const ids = rows.map(({ id }) => id)
  await noteGrantsBelow(tx, ids)
  const folders = await foldersIn(tx, rows)
  const inside = new Set(folders.map(({ id }) => id))
  const removed =
    folders.reduce((sum, { children }) => sum + children, 0) +
    rows.filter(({ parent }) => !inside.has(parent)).length
  if (removed <= removedAtOnce) await deleteTogether(tx, rows, folders)
  else {
    await dropGrantsBelow(tx, ids)
    await deleteTogether(
      tx,
      rows.filter(row => !isFolder(row)),
    )
    await detach(tx, rows.filter(isFolder))
  }
  for (const row of rows) {
    const seq = await nextSeqs(tx, row.space, 1)
    await appendChanges(tx, [{ space: row.space, seq, folder: row.parent, entry: row.id, kind: 'removed' }])
    await countChildren(tx, row.parent, -1)
    tx.effects.rightsAt.push({ entry: row.id, space: row.space })
  }
  tx.effects.rights = true
  return removed
}
