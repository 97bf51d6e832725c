import { type Kysely, type SqlBool, sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import type { ListPage } from '../../storage.ts'
import { type NamedEntryRow, selectEntries } from '../entry-rows.ts'
import { fileKind, folderKind, type Tables } from '../tables.ts'

/** Where a page ended: the kind, and the values of the order's columns. */
type Cursor = [kind: number, first: string | number, second: string]
type Order = ListPage['order']

/** Columns that an index keeps in order within a kind. Folders have no size: they stay in name order then. */
const columnsOf = (order: Order, kind: number): readonly [string, string] => {
  if (order === 'size' && kind === fileKind) return ['e.size', 'e.id']
  if (order === 'modified') return ['e.modified_at', 'e.id']
  return ['e.sort_key', 'e.name']
}

const cursorOf = (row: NamedEntryRow, order: Order): Cursor => {
  const [column] = columnsOf(order, row.kind)
  if (column === 'e.size') return [row.kind, row.size, row.id]
  if (column === 'e.modified_at') return [row.kind, row.modified_at, row.id]
  return [row.kind, row.sort_key, row.name]
}

export const encodeCursor = (row: NamedEntryRow, order: Order): string =>
  Buffer.from(JSON.stringify([order, ...cursorOf(row, order)])).toString('base64url')

const decodeCursor = (text: string, order: Order): Cursor => {
  try {
    const [madeFor, kind, first, second] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    const isNumber = columnsOf(order, Number(kind))[0] !== 'e.sort_key'
    const fits = typeof first === (isNumber ? 'number' : 'string') && typeof second === 'string'
    if (madeFor === order && (kind === folderKind || kind === fileKind) && fits)
      return [kind, first as string | number, second]
  } catch (error) {
    throw new WherryError('invalid_params', 'The cursor is not one of this list.', {}, { cause: error })
  }
  throw new WherryError('invalid_params', 'The cursor is not one of this list.')
}

/** Rows of a folder behind a cursor, folders first, at most `limit`. */
export const pageRows = async (
  db: Kysely<Tables>,
  folder: string,
  page: ListPage,
): Promise<NamedEntryRow[]> => {
  const cursor = page.after === null ? null : decodeCursor(page.after, page.order)
  const rows: NamedEntryRow[] = []
  for (const kind of [folderKind, fileKind]) {
    if (cursor !== null && kind < cursor[0]) continue
    const after = cursor !== null && kind === cursor[0] ? cursor : null
    if (rows.length < page.limit)
      rows.push(...(await rowsOfKind(db, folder, kind, after, page, page.limit - rows.length)))
  }
  return rows
}

const rowsOfKind = (
  db: Kysely<Tables>,
  folder: string,
  kind: number,
  after: Cursor | null,
  { order, descending }: ListPage,
  limit: number,
): Promise<NamedEntryRow[]> => {
  const [first, second] = columnsOf(order, kind).map(column => sql.ref(column))
  const direction = descending ? 'desc' : 'asc'
  let query = selectEntries(db).where('e.parent', '=', folder).where('e.kind', '=', kind)
  if (after !== null) {
    const beyond = descending ? sql`<` : sql`>`
    query = query.where(sql<SqlBool>`(${first}, ${second}) ${beyond} (${after[1]}, ${after[2]})`)
  }
  return query.orderBy(sql`${first}`, direction).orderBy(sql`${second}`, direction).limit(limit).execute()
}
