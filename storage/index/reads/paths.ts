import type { Kysely } from 'kysely'
import { ancestry } from '../entry-rows.ts'
import type { Tables } from '../tables.ts'

/** The entries from the root of the space down to an entry itself. */
export const namesAbove = async (db: Kysely<Tables>, id: string): Promise<{ id: string; name: string }[]> =>
  db
    .selectFrom('entries as e')
    .innerJoin(ancestry(id).as('a'), 'a.id', 'e.id')
    .select(['e.id', 'e.name'])
    .orderBy('a.depth', 'desc')
    .execute()
