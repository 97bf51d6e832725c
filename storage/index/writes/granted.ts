import { sql } from 'kysely'
import { among } from '../insert-rows.ts'
import type { Tx } from '../tx.ts'

type Granted = { entry: string; space: string; subject: string }

const note = (tx: Tx, rows: readonly Granted[]): void => {
  for (const { entry, space, subject } of rows)
    tx.effects.grants.push({ entry, space, user: subject === '' ? null : subject })
}

/**
 * Those of these entries, and of all that is in them, that have a grant. Looks upwards from the grants of their spaces, which
 * are few, and not through the entries below, which may be many.
 */
const grantedBelow = (entries: readonly string[]) => {
  const tops = among(entries)
  return sql<string>`(
    with recursive above(granted, id) as (
      select g.entry, g.entry from grants as g join entries as e on e.id = g.entry
      where e.space in (select space from entries where id in ${tops})
      union
      select above.granted, e.parent from above join entries as e on e.id = above.id where e.parent is not null
    ) select granted from above where id in ${tops})`
}

/** The commit tells those who have a grant on these entries or on anything in them: for them it goes, or is somewhere else. */
export const noteGrantsBelow = async (tx: Tx, entries: readonly string[]): Promise<void> => {
  const { rows } = await sql<Granted>`
    select g.entry, e.space, g.subject from grants as g join entries as e on e.id = g.entry
    where g.entry in ${grantedBelow(entries)}`.execute(tx.db)
  note(tx, rows)
}

/** Takes back all that was granted on these entries and on anything in them; noteGrantsBelow() comes first. */
export const dropGrantsBelow = async (tx: Tx, entries: readonly string[]): Promise<void> => {
  await sql`delete from grants where entry in ${grantedBelow(entries)}`.execute(tx.db)
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
