import { type Kysely, sql } from 'kysely'
import type { ChunkId } from '../../chunks/chunk-store.ts'
import type { Tables } from '../tables.ts'
import { namesAbove } from './paths.ts'

const mostNamed = 20

/** A sentence for the log that names files which have one of the chunks in their current version, as `space:path`. */
export const filesWith = async (db: Kysely<Tables>, chunks: readonly ChunkId[]): Promise<string> => {
  const { rows } = await sql<{ id: string; space: string }>`
    select distinct e.id, s.name as space from json_each(${JSON.stringify(chunks)}) as j
    cross join content_chunks as r on r.hash = unhex(j.value)
    join versions as v on v.content = r.content
    join entries as e on e.id = v.entry and e.version = v.id
    join spaces as s on s.id = e.space limit ${mostNamed + 1}`.execute(db)
  if (rows.length === 0) return 'No file has a part there.'
  const names: string[] = []
  for (const { id, space } of rows.slice(0, mostNamed)) {
    const [, ...path] = await namesAbove(db, id)
    names.push(`${space}:${path.map(({ name }) => name).join('/')}`)
  }
  const more = rows.length > mostNamed ? ' and others' : ''
  return `Uploading a file again heals it. Files with a part there: ${names.join(', ')}${more}.`
}
