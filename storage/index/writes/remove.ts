import { sql } from 'kysely'
import { subtree } from '../entry-rows.ts'
import { among } from '../insert-rows.ts'
import type { Tx, Write } from '../tx.ts'
import { findMovable } from './find.ts'
import { giveUpContents } from './orphans.ts'
import { appendChanges, charge, countChildren, nextSeqs } from './space-changes.ts'
import { dropUploads } from './uploads.ts'

/** An entry that lies in another one of the list goes with it. */
export const removeEntries: Write<{ entries: readonly string[] }, number> = async (tx, { entries }) => {
  const rows = []
  for (const id of new Set(entries)) rows.push(await findMovable(tx, id))
  const removed = await removeSubtrees(tx, rows)
  for (const row of rows) {
    const seq = await nextSeqs(tx, row.space, 1)
    await appendChanges(tx, [{ space: row.space, seq, folder: row.parent, entry: row.id, kind: 'removed' }])
    await countChildren(tx, row.parent, -1)
  }
  tx.effects.rights = true
  return removed
}

/** Deletes the rows of entries with all that is in them, and what unfinished uploads into them had reserved. */
const removeSubtrees = async (tx: Tx, rows: readonly { id: string }[]): Promise<number> => {
  const { rows: found } = await sql<{
    id: string
  }>`select id from ${subtree(rows.map(row => row.id))}`.execute(tx.db)
  const ids = among(found.map(row => row.id))
  const uploads = await tx.db.selectFrom('uploads').selectAll().where('folder', 'in', ids).execute()
  const versions = await tx.db
    .selectFrom('versions as v')
    .innerJoin('entries as e', 'e.id', 'v.entry')
    .select(['v.content', 'v.size', 'e.space'])
    .where('v.entry', 'in', ids)
    .execute()
  await dropUploads(tx, uploads)
  await sql`delete from entries where id in ${ids}`.execute(tx.db)
  const freed = new Map<string, number>()
  for (const { space, size } of versions) freed.set(space, (freed.get(space) ?? 0) + size)
  for (const [space, size] of freed) await charge(tx, space, { used: -size, reserved: 0 })
  await forgetFiles(
    tx,
    versions.map(version => version.content),
  )
  return found.length
}

/** Contents that no version has any more are given up, also where a finished upload still kept its answer. */
const forgetFiles = async (tx: Tx, contents: readonly string[]): Promise<void> => {
  await sql`delete from uploads where answer is not null and content in ${among(contents)}
    and not exists (select 1 from versions where versions.content = uploads.content)`.execute(tx.db)
  await giveUpContents(tx, contents)
}
