import { sql } from 'kysely'
import type { Tx, Write } from '../tx.ts'
import { sessionIdleMs } from './sessions.ts'

/** Whoever was away for longer has to sign in again, and lists folders anew. */
const historyKeptMs = sessionIdleMs
const changesAtOnce = 2_000
const spacesAtOnce = 200

/**
 * Forgets some changes that are too old, of the spaces behind the one with the id `after`. Answers the space to go on behind;
 * null at the end. Small, so that no write waits long.
 */
export const pruneHistory: Write<{ after: string }, string | null> = async (tx, { after }) => {
  const spaces = await tx.db
    .selectFrom('spaces')
    .select('id')
    .where('id', '>', after)
    .orderBy('id')
    .limit(spacesAtOnce)
    .execute()
  let done = after
  let left = changesAtOnce
  for (const { id } of spaces) {
    left -= await forgetOldest(tx, id, left)
    if (left === 0) return done
    done = id
  }
  return spaces.length === spacesAtOnce ? done : null
}

/** Answers how many changes of a space are gone now, at most so many. Most spaces have none that is too old. */
const forgetOldest = async (tx: Tx, space: string, most: number): Promise<number> => {
  const tooOld = tx.now - historyKeptMs
  const oldest = await tx.db
    .selectFrom('changes')
    .select('at')
    .where('space', '=', space)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined || oldest.at >= tooOld) return 0
  const { rows } = await sql<{ upTo: number | null }>`
    select max(seq) as upTo from (select seq, at from changes where space = ${space} order by seq limit ${most})
    where at < ${tooOld}`.execute(tx.db)
  const upTo = rows[0]?.upTo ?? null
  if (upTo === null) return 0
  const { numDeletedRows } = await tx.db
    .deleteFrom('changes')
    .where('space', '=', space)
    .where('seq', '<=', upTo)
    .executeTakeFirst()
  await tx.db.updateTable('spaces').set({ pruned_seq: upTo }).where('id', '=', space).execute()
  return Number(numDeletedRows)
}
