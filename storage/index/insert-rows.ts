import { CompiledQuery, type Insertable, type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

/** The most rows of one statement. */
const mostAtOnce = 64

/**
 * Inserts any number of rows whose columns are those of the first one. They go in groups whose sizes are powers of two, so
 * that a few cached statements serve every number of rows; values as JSON text in one statement took half as long again.
 */
export const insertRows = async <T extends keyof Tables>(
  db: Kysely<Tables>,
  table: T,
  rows: readonly Insertable<Tables[T]>[],
): Promise<void> => {
  const first = rows[0]
  if (first === undefined) return
  const columns = Object.keys(first) as (keyof typeof first & string)[]
  const head = `insert into "${table}" (${columns.map(column => `"${column}"`).join(', ')}) values `
  const places = `(${columns.map(() => '?').join(', ')})`
  for (let at = 0, count = mostAtOnce; at < rows.length; at += count) {
    while (count > rows.length - at) count /= 2
    const values: unknown[] = []
    for (const row of rows.slice(at, at + count)) for (const column of columns) values.push(row[column])
    await db.executeQuery(CompiledQuery.raw(head + Array(count).fill(places).join(', '), values))
  }
}

/** A condition that holds where `column` is one of the values, by one cached statement for any number of them. */
export const among = <T extends string | number>(values: readonly T[]) =>
  sql<T>`(select value from json_each(${JSON.stringify(values)}))`
