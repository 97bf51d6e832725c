import { type Insertable, type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * Inserts any number of rows by one cached statement: the values travel as one JSON text. Blobs are given as hexadecimal
 * text in columns named `hash`. The columns are those of the first row.
 */
export const insertRows = async <T extends keyof Tables>(
  db: Kysely<Tables>,
  table: T,
  rows: readonly JsonRow<Insertable<Tables[T]>>[],
): Promise<void> => {
  const first = rows[0]
  if (first === undefined) return
  const columns = Object.keys(first)
  const values = columns.map((column, place) => {
    const value = `value ->> ${place}`
    return column === 'hash' ? `unhex(${value})` : value
  })
  const list = JSON.stringify(rows.map(row => columns.map(column => row[column as keyof typeof row])))
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map(column => sql.ref(column)))})
    select ${sql.raw(values.join(', '))} from json_each(${list})`.execute(db)
}

/** A row whose blobs are written as hexadecimal text. */
type JsonRow<R> = { [K in keyof R]: R[K] extends Buffer ? string : R[K] }

/** A condition that holds where `column` is one of the values, by one cached statement for any number of them. */
export const among = <T extends string | number>(values: readonly T[]) =>
  sql<T>`(select value from json_each(${JSON.stringify(values)}))`
