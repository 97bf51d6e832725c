import type { Kysely } from 'kysely'
import type { Sum } from '../../storage.ts'
import { among } from '../insert-rows.ts'
import { folderKind, type Tables } from '../tables.ts'

/** Read at once, which takes some milliseconds. */
const rowsAtOnce = 1_000

type Row = { id: string; kind: number; size: number; children: number }

const sumOf = (rows: readonly Row[]): Sum => {
  const folders = rows.filter(({ kind }) => kind === folderKind).length
  return { folders, files: rows.length - folders, bytes: rows.reduce((sum, { size }) => sum + size, 0) }
}

/** How many entries are in folders, at any depth, and their bytes, by parts to be added up. */
export async function* sumsBelow(db: Kysely<Tables>, tops: readonly string[]): AsyncGenerator<Sum> {
  const columns = ['id', 'kind', 'size', 'children'] as const
  const foldersOf = (rows: readonly Row[]) => rows.filter(({ children }) => children > 0)
  const roots = await db.selectFrom('entries').select(columns).where('id', 'in', among(tops)).execute()
  const left = foldersOf(roots).map(({ id }) => ({ id, after: '' }))
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const rows = await db
      .selectFrom('entries')
      .select([...columns, 'name_key'])
      .where('parent', '=', next.id)
      .where('name_key', '>', next.after)
      .orderBy('name_key')
      .limit(rowsAtOnce)
      .execute()
    const last = rows[rowsAtOnce - 1]
    if (last !== undefined) left.push({ id: next.id, after: last.name_key })
    left.push(...foldersOf(rows).map(({ id }) => ({ id, after: '' })))
    yield sumOf(rows)
  }
}
