import { sql } from 'kysely'
import { among } from '../insert-rows.ts'
import { folderKind } from '../tables.ts'
import type { Tx, Write } from '../tx.ts'
import { findMovable } from './find.ts'
import { noteGrantsBelow } from './granted.ts'
import { giveUpContents } from './orphans.ts'
import { appendChanges, charge, countChildren, nextSeqs } from './space-changes.ts'
import { assertUnchanged } from './unchanged.ts'
import { removeUploads } from './uploads.ts'

type Removing = { entries: readonly string[]; unchangedSince: number | undefined }

/** An entry that lies in another one of the list goes with it. */
export const removeEntries: Write<Removing, number> = async (tx, { entries, unchangedSince }) => {
  const rows = []
  for (const id of new Set(entries)) rows.push(await findMovable(tx, id))
  for (const row of rows) await assertUnchanged(tx, row, unchangedSince)
  const removed = await removeSubtrees(tx, rows)
  for (const row of rows) {
    const seq = await nextSeqs(tx, row.space, 1)
    await appendChanges(tx, [{ space: row.space, seq, folder: row.parent, entry: row.id, kind: 'removed' }])
    await countChildren(tx, row.parent, -1)
    tx.effects.rightsAt.push({ entry: row.id, space: row.space })
  }
  tx.effects.rights = true
  return removed
}

type Top = { id: string; kind: number; space: string }

/** Deletes the rows of entries with all that is in them, and what unfinished uploads into them had reserved. */
const removeSubtrees = async (tx: Tx, tops: readonly Top[]): Promise<number> => {
  let removed = 0
  for (const [space, inSpace] of Map.groupBy(tops, top => top.space))
    removed += await removeFromSpace(tx, space, inSpace)
  return removed
}

/**
 * Few statements for any number of entries, which are found by their folders: no entry's id leaves the index. Versions go
 * before their entries and say their contents as they go; the cascade would look for each one's alone.
 */
const removeFromSpace = async (tx: Tx, space: string, tops: readonly Top[]): Promise<number> => {
  const top = among(tops.map(({ id }) => id))
  const folders = among(await foldersIn(tx, tops))
  const uploads = await removeUploads(tx, sql`folder in ${folders}`)
  await noteGrantsBelow(
    tx,
    tops.map(({ id }) => id),
  )
  const { rows: versions } = await sql<{ content: string; size: number }>`
    delete from versions where entry in (select id from entries where parent in ${folders} union all select value from ${top})
    returning content, size`.execute(tx.db)
  const below = await sql`delete from entries where parent in ${folders}`.execute(tx.db)
  const above = await sql`delete from entries where id in ${top}`.execute(tx.db)
  const removed = Number((below.numAffectedRows ?? 0n) + (above.numAffectedRows ?? 0n))
  await charge(tx, space, { used: -versions.reduce((sum, { size }) => sum + size, 0), entries: -removed })
  await forgetFiles(
    tx,
    [...uploads, ...versions].map(({ content }) => content),
  )
  return removed
}

/** The ids of those of `tops` that are folders and of all folders in them. */
const foldersIn = async (tx: Tx, tops: readonly Top[]): Promise<string[]> => {
  const ids = tops.filter(({ kind }) => kind === folderKind).map(({ id }) => id)
  const { rows } = await sql<{ id: string }>`
    with recursive below(id) as (
      select value from json_each(${JSON.stringify(ids)})
      union
      select e.id from entries as e join below on e.parent = below.id and e.kind = ${folderKind}
    ) select id from below`.execute(tx.db)
  return rows.map(({ id }) => id)
}

/** Contents that no version has any more are given up, also where a finished upload still kept its answer. */
const forgetFiles = async (tx: Tx, contents: readonly string[]): Promise<void> => {
  await sql`delete from uploads where answer is not null and content in ${among(contents)}
    and not exists (select 1 from versions where versions.content = uploads.content)`.execute(tx.db)
  await giveUpContents(tx, contents)
}
