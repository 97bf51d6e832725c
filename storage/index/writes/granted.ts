import { sql } from 'kysely'
import { among } from '../insert-rows.ts'
import type { Tx } from '../tx.ts'

type Granted = { entry: string; space: string; subject: string }

const note = (tx: Tx, rows: readonly Granted[]): void => {
  for (const { entry, space, subject } of rows)
    tx.effects.grants.push({ entry, space, user: subject === '' ? null : subject })
}

/**
 * These entries, and of all that is in them those that have a grant. Where something is in them it looks upwards from the
 * grants of their spaces, which are few, and not through the entries below, which may be many.
 */
const grantedBelow = (entries: readonly string[]) => {
  const tops = among(entries)
  return sql<string>`(
    with recursive above(granted, id) as (
      select entry, entry from grants where space in (select space from entries where id in ${tops} and children > 0)
      union
      select above.granted, e.parent from above join entries as e on e.id = above.id where e.parent is not null
    ) select granted from above where id in ${tops} union all select id from entries where id in ${tops})`
}

/** The commit tells those who have a grant on these entries or on anything in them: for them it goes, or is somewhere else. */
export const noteGrantsBelow = async (tx: Tx, entries: readonly string[]): Promise<void> => {
  const { rows } = await sql<Granted>`
    select entry, space, subject from grants where entry in ${grantedBelow(entries)}`.execute(tx.db)
  note(tx, rows)
}

/** Takes back all that was granted on these entries and on anything in them, and answers how many grants that were; noteGrantsBelow() comes first. */
export const dropGrantsBelow = async (tx: Tx, entries: readonly string[]): Promise<number> => {
  const { numAffectedRows = 0n } =
    await sql`delete from grants where entry in ${grantedBelow(entries)}`.execute(tx.db)
  return Number(numAffectedRows)
}

/** Has what was granted on these entries and on anything in them go to another space with them; comes before the entries. */
export const moveGrantsBelow = async (tx: Tx, entries: readonly string[], space: string): Promise<void> => {
  await sql`update grants set space = ${space} where entry in ${grantedBelow(entries)}`.execute(tx.db)
}

/** The commit tells those who have a grant on these entries of one space themselves: under "shared" they see them changed. */
export const noteGrantsOn = async (tx: Tx, space: string, entries: readonly string[]): Promise<void> => {
  const rows = await tx.db
    .selectFrom('grants')
    .select(['entry', 'subject'])
    .where('entry', 'in', among(entries))
    .execute()
  note(
    tx,
    rows.map(row => ({ ...row, space })),
  )
}
