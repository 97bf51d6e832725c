import { sql } from 'kysely'
import { among, insertRows } from '../insert-rows.ts'
import { folderKind } from '../tables.ts'
import type { Tx, Write } from '../tx.ts'
import { giveUpContents } from './orphans.ts'
import { charge } from './space-changes.ts'
import { removeUploads } from './uploads.ts'

type Removed = { id: string; kind: number; space: string }

export const isFolder = ({ kind }: { kind: number }): boolean => kind === folderKind

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)

/**
 * Deletes entries, all that is in `folders`, which have to be all folders in them, and unfinished uploads into these. Few
 * statements for any number of entries, which are found by their folders: no entry's id leaves the index. Versions go before
 * their entries and say their contents as they go; the cascade would look for each one's alone.
 */
export const deleteTogether = async (
  tx: Tx,
  tops: readonly Removed[],
  folders: readonly Removed[] = [],
): Promise<void> => {
  const foldersBySpace = Map.groupBy(folders, ({ space }) => space)
  for (const [space, inSpace] of Map.groupBy(tops, top => top.space))
    await deleteFromSpace(tx, space, idsOf(inSpace), idsOf(foldersBySpace.get(space) ?? []))
}

const deleteFromSpace = async (
  tx: Tx,
  space: string,
  tops: readonly string[],
  folders: readonly string[],
): Promise<void> => {
  const top = among(tops)
  const folder = among(folders)
  const uploads = await removeUploads(tx, sql`folder in ${folder}`)
  const { rows: versions } = await sql<{ content: string; size: number }>`
    delete from versions where entry in (select id from entries where parent in ${folder} union all select value from ${top})
    returning content, size`.execute(tx.db)
  const below = await sql`delete from entries where parent in ${folder}`.execute(tx.db)
  const above = await sql`delete from entries where id in ${top}`.execute(tx.db)
  await charge(tx, space, {
    used: -versions.reduce((sum, { size }) => sum + size, 0),
    entries: -Number((below.numAffectedRows ?? 0n) + (above.numAffectedRows ?? 0n)),
  })
  await forgetFiles(
    tx,
    [...uploads, ...versions].map(({ content }) => content),
  )
}

/** Those of `tops` that are folders and all folders in them, with how many entries are directly in each. */
export const foldersIn = async (
  tx: Tx,
  tops: readonly Removed[],
): Promise<(Removed & { children: number })[]> => {
  const ids = idsOf(tops.filter(isFolder))
  const { rows } = await sql<Removed & { children: number }>`
    with recursive below(id) as (
      select value from json_each(${JSON.stringify(ids)})
      union
      select e.id from entries as e join below on e.parent = below.id and e.kind = ${folderKind}
    ) select e.id, e.kind, e.space, e.children from below join entries as e on e.id = below.id`.execute(tx.db)
  return rows
}

/** Contents that no version has any more are given up, also where a finished upload still kept its answer. */
const forgetFiles = async (tx: Tx, contents: readonly string[]): Promise<void> => {
  await sql`delete from uploads where answer is not null and content in ${among(contents)}
    and not exists (select 1 from versions where versions.content = uploads.content)`.execute(tx.db)
  await giveUpContents(tx, contents)
}

/** Takes folders out of their space, where nobody has a right to them any more, and leaves their rows to the sweep. */
export const detach = async (tx: Tx, folders: readonly Removed[]): Promise<void> => {
  await sql`update entries set parent = null where id in ${among(idsOf(folders))}`.execute(tx.db)
  await insertRows(
    tx.db,
    'removals',
    folders.map(({ id }) => ({ folder: id })),
  )
}

const foldersAtOnce = 100
const rowsAtOnce = 500

/**
 * Deletes some of what is in detached folders, the folders in them being detached in turn; true while there is more to do.
 * Small, so that no write waits long. The room that it makes in a space is there with each step.
 */
export const sweepRemovals: Write<null, boolean> = async tx => {
  const tops = await tx.db
    .selectFrom('entries')
    .select(['id', 'kind', 'space'])
    // A join walks all entries of the hub and looks each of them up.
    .where('id', 'in', db => db.selectFrom('removals').select('folder').limit(foldersAtOnce))
    .execute()
  if (tops.length === 0) return false
  const ids = idsOf(tops)
  const below = await tx.db
    .selectFrom('entries')
    .select(['id', 'kind', 'space'])
    .where('parent', 'in', among(ids))
    .limit(rowsAtOnce)
    .execute()
  await deleteTogether(
    tx,
    below.filter(row => !isFolder(row)),
  )
  await detach(tx, below.filter(isFolder))
  if (below.length === rowsAtOnce) return true
  await deleteTogether(tx, tops, tops)
  await tx.db.deleteFrom('removals').where('folder', 'in', among(ids)).execute()
  return true
}
