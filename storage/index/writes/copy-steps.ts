import { sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import type { EntryRow } from '../entry-rows.ts'
import { among, insertRows } from '../insert-rows.ts'
import { prepared } from '../prepared.ts'
import { noRank, ranksIn } from '../reads/access.ts'
import { entriesAbove } from '../reads/paths.ts'
import { folderKind } from '../tables.ts'
import type { Tx, Write } from '../tx.ts'
import { insertCopies } from './copied-rows.ts'
import { extentOf } from './depth.ts'
import { findEntry, findFolder } from './find.ts'
import { assertRoomFor, countChildren } from './space-changes.ts'

/** A folder and its copy, which has all whose name keys are not above `after`. */
export type Filling = { source: string; copy: string; after: string }

/** Entries that one step copies. */
const rowsAtOnce = 500

/** What one step is given is at most so much: each takes a query. */
export const fillingsAtOnce = 200

/**
 * Begins copies that take more than one write: out of everybody's reach, in no folder, and empty where they are folders.
 * Answers their ids, in the order of `entries`, and what is to be filled.
 */
export const beginCopies: Write<
  { entries: readonly string[]; folder: string; name?: string | undefined },
  { staged: string[]; fillings: Filling[] }
> = async (tx, { entries, folder: to, name }) => {
  const { space } = await findFolder(tx, to)
  const tops: EntryRow[] = []
  let count = 0
  for (const id of entries) {
    const top = await findEntry(tx, id)
    count += (await extentOf(tx, top)).entries
    tops.push(top)
  }
  await assertRoomFor(tx, space, count, () => bytesOf(tx, tops))
  const staged: string[] = []
  const fillings: Filling[] = []
  for (const top of tops) {
    const copies = await insertChildren(tx, space, [top], () => ({ parent: null, name: name ?? top.name }))
    staged.push(copies.get(top.id) ?? '')
    fillings.push(...fillingsOf([top], copies))
  }
  await insertRows(
    tx.db,
    'staged',
    staged.map(entry => ({ entry })),
  )
  return { staged, fillings }
}

/** Bytes of the current versions in entries, of which there may be many. */
const bytesOf = async (tx: Tx, tops: readonly EntryRow[]): Promise<number> => {
  let bytes = 0
  for (const { id, size } of tops) {
    const { rows } = await sql<{ bytes: number }>`
      with recursive below(id) as (
        select ${id}
        union
        select e.id from entries as e join below on e.parent = below.id and e.kind = ${folderKind}
      ) select coalesce(sum(e.size), 0) as bytes from below cross join entries as e on e.parent = below.id`.execute(
      tx.db,
    )
    bytes += size + (rows[0]?.bytes ?? 0)
  }
  return bytes
}

/**
 * Copies some of what is in folders into their copies, which are of one space; answers what is to be filled then. `conflict`
 * if the user may not read one of the folders any more: it was deleted, or moved where that right does not reach.
 */
export const fillCopies: Write<{ fillings: readonly Filling[] }, Filling[]> = async (tx, { fillings }) => {
  await assertReadable(
    tx,
    fillings.map(({ source }) => source),
  )
  const left: Filling[] = []
  const rows: EntryRow[] = []
  const copyOf = new Map<string, string>()
  for (const filling of fillings) {
    const { source, copy, after } = filling
    // A folder that is copied twice is filled once in a step.
    if (rows.length === rowsAtOnce || copyOf.has(source)) {
      left.push(filling)
      continue
    }
    copyOf.set(source, copy)
    const limit = rowsAtOnce - rows.length
    const children = await childrenBehind(tx.db, { source, after, limit })
    const last = children[limit - 1]
    if (last !== undefined) left.push({ source, copy, after: last.name_key })
    rows.push(...children)
    await countChildren(tx, copy, children.length)
  }
  const [first] = copyOf.values()
  if (first === undefined) return left
  const { space } = await findFolder(tx, first)
  const copies = await insertChildren(tx, space, rows, ({ parent, name }) => ({
    parent: copyOf.get(parent ?? '') ?? '',
    name,
  }))
  return [...left, ...fillingsOf(rows, copies)]
}

const assertReadable = async (tx: Tx, folders: readonly string[]): Promise<void> => {
  if (tx.by === null) return
  const rankOf = ranksIn(await entriesAbove(tx.db, tx.by, folders))
  if (folders.some(id => rankOf(id) === noRank))
    throw new WherryError('conflict', 'A folder was moved away or deleted while it was copied.')
}

const childrenBehind = prepared(
  (db, { source, after, limit }: { source: string; after: string; limit: number }) =>
    db
      .selectFrom('entries')
      .selectAll()
      .where('parent', '=', source)
      .where('name_key', '>', after)
      .orderBy('name_key')
      .limit(limit),
)

/** Gives copies up that are still in no folder, or all of them: their rows go as those of deleted folders do. */
export const giveUpCopies: Write<{ staged: readonly string[] | null }, null> = async (tx, { staged }) => {
  const those = staged === null ? sql`(select entry from staged)` : among(staged)
  await sql`insert into removals select entry from staged where entry in ${those}`.execute(tx.db)
  await sql`delete from staged where entry in ${those}`.execute(tx.db)
  return null
}

const fillingsOf = (rows: readonly EntryRow[], copies: ReadonlyMap<string, string>): Filling[] =>
  rows
    .filter(({ kind, children }) => kind === folderKind && children > 0)
    .map(({ id }) => ({ source: id, copy: copies.get(id) ?? '', after: '' }))

/** Copies entries without what is in them. They are no change of their space until they are in a folder of it. */
const insertChildren = async (
  tx: Tx,
  space: string,
  rows: readonly EntryRow[],
  placeOf: (row: EntryRow) => { parent: string | null; name: string },
): Promise<ReadonlyMap<string, string>> => {
  const { seq } = await tx.db
    .selectFrom('spaces')
    .select('seq')
    .where('id', '=', space)
    .executeTakeFirstOrThrow()
  return insertCopies(tx, space, rows, row => ({ ...placeOf(row), children: 0, seq }))
}
