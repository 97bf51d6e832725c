import { type Kysely, sql } from 'kysely'
import type { Entry } from '../../../protocol/values.ts'
import type { ChunkId } from '../../chunks/chunk-store.ts'
import type { Tables } from '../tables.ts'
import { foldersBelow, placeOf } from './paths.ts'

const mostNamed = 20

/** A sentence for the log that names files which have one of the chunks in their current version, as `space:path`. */
export const filesWith = async (db: Kysely<Tables>, chunks: readonly ChunkId[]): Promise<string> => {
  const { rows } = await sql<{ id: string }>`
    select distinct e.id from json_each(${JSON.stringify(chunks)}) as j
    cross join content_chunks as r on r.hash = unhex(j.value)
    join versions as v on v.content = r.content
    join entries as e on e.id = v.entry and e.version = v.id limit ${mostNamed + 1}`.execute(db)
  if (rows.length === 0) return 'No file has a part there.'
  const names: string[] = []
  for (const { id } of rows.slice(0, mostNamed)) names.push((await placeOf(db, id)) ?? '')
  const more = rows.length > mostNamed ? ' and others' : ''
  return `Uploading a file again heals it. Files with a part there: ${names.join(', ')}${more}.`
}

/** A page of the files below a folder whose current version has a damaged chunk: from the damage upwards, as there is little. */
export const damagedBelow = async (
  db: Kysely<Tables>,
  folder: Pick<Entry, 'id' | 'space'>,
  after: string | null,
  limit: number,
): Promise<{ entries: string[]; next: string | null }> => {
  const { rows } = await sql<{ id: string; parent: string }>`
    select distinct e.id, e.parent from chunks as c indexed by chunks_damaged
    cross join content_chunks as r on r.hash = c.hash
    join versions as v on v.content = r.content
    join entries as e on e.id = v.entry and e.version = v.id
    where c.damaged = 1 and e.space = ${folder.space} and e.id > ${after ?? ''}
    order by e.id limit ${limit + 1}`.execute(db)
  const page = rows.slice(0, limit)
  const below = new Set(
    await foldersBelow(
      db,
      [folder.id],
      page.map(({ parent }) => parent),
    ),
  )
  const entries = page.filter(({ parent }) => below.has(parent)).map(({ id }) => id)
  return { entries, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}
