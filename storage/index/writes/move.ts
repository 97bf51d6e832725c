import { WherryError } from '../../../protocol/errors.ts'
import { includesLevel } from '../../../protocol/levels.ts'
import type { Moved } from '../../storage.ts'
import { type EntryRow, subtree } from '../entry-rows.ts'
import { among } from '../insert-rows.ts'
import { levelOf } from '../reads/access.ts'
import { folderKind } from '../tables.ts'
import type { Tx, Write } from '../tx.ts'
import { assertFitsMoved, extentOf } from './depth.ts'
import { entriesNow, findFolder, findMovable, idsAbove } from './find.ts'
import { assertNameable, assertNamesFree, freeName, namedAs } from './free-name.ts'
import { dropGrantsBelow, moveGrantsBelow, noteGrantsBelow } from './granted.ts'
import { appendChanges, charge, countChildren, liftSeq, nextSeqs } from './space-changes.ts'
import { assertLeftAlone } from './unchanged.ts'

type Moving = {
  entries: readonly string[]
  folder: string
  /** Of a single entry: the name to have there. */
  name: string | undefined
  onClash: 'fail' | 'keepBoth'
  unchangedSince: number | undefined
}

/** Entries that one move takes to another space. Each row of them changes: more would hold up every other write for seconds. */
const movedAtOnce = 50_000

/** What was granted on an entry stays with it only where who moves it could grant that. */
export const moveEntries: Write<Moving, Moved> = async (tx, moving) => {
  const { entries, folder: to, name: wanted, onClash, unchangedSince } = moving
  assertNameable(entries, wanted)
  const folder = await findFolder(tx, to)
  const above = new Set(await idsAbove(tx, folder.id))
  await assertFewLeave(tx, entries, folder.space)
  if (onClash === 'fail') await assertNamesFree(tx, folder.id, await comingTo(tx, folder.id, moving))
  const moved: string[] = []
  for (const id of new Set(entries)) {
    const row = await findMovable(tx, id)
    assertLeftAlone(tx, row, unchangedSince)
    if (above.has(id)) throw new WherryError('invalid_move')
    if (row.parent === folder.id) continue
    await assertFitsMoved(tx, row, above.size)
    const name = await freeName(tx, folder.id, wanted ?? row.name, onClash)
    if (row.space !== folder.space) await changeSpace(tx, row, folder.space)
    const seq = await leaveAndEnter(tx, row, folder)
    await tx.db
      .updateTable('entries')
      .set({ ...namedAs(name), parent: folder.id, changed_by: tx.by, seq })
      .where('id', '=', id)
      .execute()
    if (row.kind === folderKind) tx.effects.movedFolders.push(id)
    tx.effects.rightsAt.push({ entry: id, space: row.space })
    moved.push(id)
  }
  let droppedGrants = 0
  if (moved.length > 0) {
    await noteGrantsBelow(tx, moved)
    if (!(await mayGrant(tx, folder.id))) droppedGrants = await dropGrantsBelow(tx, moved)
    tx.effects.rights = true
  }
  return { entries: await entriesNow(tx, entries), droppedGrants }
}

/** What is not in the folder already, by the names that it is to have there. */
const comingTo = async (
  tx: Tx,
  folder: string,
  { entries, name }: Moving,
): Promise<{ id: string; name: string }[]> => {
  const rows = await tx.db
    .selectFrom('entries')
    .select(['id', 'name'])
    .where('id', 'in', among(entries))
    .where('parent', '!=', folder)
    .execute()
  return rows.map(row => ({ id: row.id, name: name ?? row.name }))
}

/** Throws `too_large` if more than one move can take would go to another space. */
const assertFewLeave = async (tx: Tx, entries: readonly string[], space: string): Promise<void> => {
  const leaving = await tx.db
    .selectFrom('entries')
    .selectAll()
    .where('id', 'in', among(entries))
    .where('space', '!=', space)
    .where('parent', 'is not', null)
    .execute()
  let count = 0
  for (const row of leaving) count += (await extentOf(tx, row)).entries
  if (count <= movedAtOnce) return
  const most = movedAtOnce.toLocaleString('en')
  throw new WherryError(
    'too_large',
    `One move can take ${most} files and folders to another space. Copy them there, and delete them here.`,
  )
}

const mayGrant = async (tx: Tx, folder: string): Promise<boolean> =>
  tx.by === null || includesLevel(await levelOf(tx.db, tx.by, folder), 'admin')

/** Writes that an entry left one folder and came into another; answers the change number of its arrival. */
const leaveAndEnter = async (
  tx: Tx,
  row: EntryRow & { parent: string },
  folder: EntryRow,
): Promise<number> => {
  const left = await nextSeqs(tx, row.space, 1)
  const entered = await nextSeqs(tx, folder.space, 1)
  await appendChanges(tx, [
    { space: row.space, seq: left, folder: row.parent, entry: row.id, kind: 'removed' },
    { space: folder.space, seq: entered, folder: folder.id, entry: row.id, kind: 'put' },
  ])
  await countChildren(tx, row.parent, -1)
  await countChildren(tx, folder.id, 1)
  return entered
}

/**
 * Takes an entry with all that is in it, and its bytes, to another space. The other space's counter is lifted above the
 * old one's, so that every cursor from before is below `history_from` and gets a `reset`.
 */
const changeSpace = async (tx: Tx, row: EntryRow, space: string): Promise<void> => {
  const { bytes } = await tx.db
    .selectFrom('versions')
    .select(eb => eb.fn.coalesce(eb.fn.sum<number>('size'), eb.lit(0)).as('bytes'))
    .where('entry', 'in', subtree([row.id]))
    .executeTakeFirstOrThrow()
  const { reserved, uploads } = await tx.db
    .selectFrom('uploads')
    .select(eb => [
      eb.fn.coalesce(eb.fn.sum<number>('reserved'), eb.lit(0)).as('reserved'),
      eb.fn.countAll<number>().as('uploads'),
    ])
    .where('folder', 'in', subtree([row.id]))
    .where('answer', 'is', null)
    .executeTakeFirstOrThrow()
  const old = await tx.db
    .selectFrom('spaces')
    .select('seq')
    .where('id', '=', row.space)
    .executeTakeFirstOrThrow()
  await liftSeq(tx, space, old.seq)
  const seq = await nextSeqs(tx, space, 1)
  await moveGrantsBelow(tx, [row.id], space)
  await tx.db
    .updateTable('uploads')
    .set({ space })
    .where('folder', 'in', subtree([row.id]))
    .execute()
  const moved = await tx.db
    .updateTable('entries')
    .set({ space, seq, history_from: seq })
    .where('id', 'in', subtree([row.id]))
    .executeTakeFirstOrThrow()
  const entries = Number(moved.numUpdatedRows) + uploads
  await charge(tx, row.space, { used: -bytes, reserved: -reserved, entries: -entries })
  await charge(tx, space, { used: bytes, reserved, entries })
}
