import { type Kysely, type Selectable, sql } from 'kysely'
import type { Entry, Person } from '../../protocol/values.ts'
import { among } from './insert-rows.ts'
import { folderKind, type Tables } from './tables.ts'

/** A row of the table of entries. */
export type EntryRow = Selectable<Tables['entries']>

/** A row with the name of who changed it, as selectEntries() reads it. */
export type NamedEntryRow = EntryRow & { by_name: string | null }

/** Entries with who changed them last; add conditions on `e`. */
export const selectEntries = (db: Kysely<Tables>) =>
  db
    .selectFrom('entries as e')
    .leftJoin('users as u', 'u.id', 'e.changed_by')
    .selectAll('e')
    .select('u.name as by_name')

/** Those entries of a folder that have one of some name keys, by key. */
export const entriesByKey = async (
  db: Kysely<Tables>,
  folder: string,
  keys: readonly string[],
): Promise<Map<string, NamedEntryRow>> => {
  // Folders too, whatever is wanted: asked for the kind, SQLite walks the whole folder by another index.
  const rows = await selectEntries(db)
    .where('e.parent', '=', folder)
    .where('e.name_key', 'in', among(keys))
    .execute()
  return new Map(rows.map(row => [row.name_key, row]))
}

export const toPerson = (id: string | null, name: string | null): Person | null =>
  id === null || name === null ? null : { id, name }

export const toEntry = (row: NamedEntryRow): Entry => ({
  id: row.id,
  space: row.space,
  folder: row.parent,
  kind: row.kind === folderKind ? 'folder' : 'file',
  name: row.name,
  size: row.size,
  type: row.type,
  digest: row.digest,
  version: row.version,
  modifiedAt: row.modified_at,
  createdAt: row.created_at,
  by: toPerson(row.changed_by, row.by_name),
  seq: row.seq,
})

/** The ids of entries and of all that is in them, by SQL, without a limit on depth. */
export const subtree = (ids: readonly string[]) => sql<string>`(
  with recursive below(id) as (
    select value from json_each(${JSON.stringify(ids)})
    union
    select e.id from entries as e join below on e.parent = below.id
  ) select id from below)`

/** The folders above an entry and itself, nearest first, up to the root of its space. */
export const ancestry = (id: string) => sql<{ id: string; depth: number }>`(
  with recursive above(id, parent, depth) as (
    select id, parent, 0 from entries where id = ${id}
    union all
    select e.id, e.parent, above.depth + 1 from entries as e join above on e.id = above.parent
  ) select id, depth from above)`
