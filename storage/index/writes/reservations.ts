import { sql } from 'kysely'
import { levels } from '../../../protocol/levels.ts'
import { among } from '../insert-rows.ts'
import { prepared } from '../prepared.ts'
import { ownRank, type RankedStep, ranksIn } from '../reads/access.ts'
import type { Tx, Write } from '../tx.ts'
import { isReserved, type UploadTableRow } from '../upload-rows.ts'
import { charge } from './space-changes.ts'

const setReserved = prepared((db, { id, reserved }: { id: string; reserved: number }) =>
  db.updateTable('uploads').set({ reserved }).where('id', '=', id),
)

/** Reserves again what was given back; `quota_exceeded` if there is no room for it now. */
export const reserveAgain = async (tx: Tx, row: UploadTableRow): Promise<UploadTableRow> => {
  if (isReserved(row)) return row
  await charge(tx, row.space, { reserved: row.size })
  await setReserved(tx.db, { id: row.id, reserved: row.size })
  return { ...row, reserved: row.size }
}

const lookedAtOnce = 500

type Reserving = { id: string; user: string; folder: string }

// Without the hint SQLite may walk finished uploads too.
const reservingBehind = prepared(
  (_, { after }: { after: string }) => sql<Reserving>`
    select id, user, folder from uploads indexed by uploads_reserving
    where reserved > 0 and id > ${after} order by id limit ${lookedAtOnce}`,
)

/**
 * Gives back what some uploads reserve whose users are disabled or may not write there any more, of those behind the one
 * with the id `after`; the uploads stay. Answers the upload to go on behind; null at the end. Small, so that no write waits
 * long.
 */
export const giveBackReservations: Write<{ after: string }, string | null> = async (tx, { after }) => {
  const rows = await reservingBehind(tx.db, { after })
  await giveBack(tx, await withoutRight(tx, rows))
  return rows.length === lookedAtOnce ? (rows.at(-1)?.id ?? null) : null
}

const withoutRight = async (tx: Tx, rows: readonly Reserving[]): Promise<Reserving[]> => {
  const steps = Map.groupBy(await stepsAbove(tx, rows), ({ user }) => user)
  return [...Map.groupBy(rows, ({ user }) => user)].flatMap(([user, ofUser]) => {
    const rankOf = ranksIn(steps.get(user) ?? [])
    return ofUser.filter(({ folder }) => rankOf(folder) < levels.indexOf('write'))
  })
}

/** The folders and all that is above them, for each user who is not disabled. */
const stepsAbove = async (
  tx: Tx,
  rows: readonly Reserving[],
): Promise<readonly (RankedStep & { user: string })[]> => {
  const asked = JSON.stringify(rows.map(({ user, folder }) => [user, folder]))
  const { rows: steps } = await sql<RankedStep & { user: string }>`
    with recursive above(user, id, parent, space) as (
      select u.id, e.id, e.parent, e.space from json_each(${asked}) as j
        join users as u on u.id = j.value ->> 0 and u.disabled = 0 join entries as e on e.id = j.value ->> 1
      union
      select above.user, e.id, e.parent, e.space from entries as e join above on e.id = above.parent
    ) select user, id, parent, ${ownRank(sql`above.user`)} as rank from above`.execute(tx.db)
  return steps
}

const giveBack = async (tx: Tx, uploads: readonly Reserving[]): Promise<void> => {
  if (uploads.length === 0) return
  const { rows } = await sql<{ space: string; size: number }>`
    update uploads set reserved = 0 where id in ${among(uploads.map(({ id }) => id))}
    returning space, size`.execute(tx.db)
  for (const [space, inSpace] of Map.groupBy(rows, row => row.space))
    await charge(tx, space, { reserved: -inSpace.reduce((sum, { size }) => sum + size, 0) })
}
