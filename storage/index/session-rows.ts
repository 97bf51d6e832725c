import type { Kysely } from 'kysely'
import type { SessionRow } from '../storage.ts'
import type { Tables } from './tables.ts'

/** Sessions that have not ended, of users who are not disabled; add conditions on `s`. */
export const selectLiveSessions = (db: Kysely<Tables>) =>
  db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user')
    .select(['s.id', 's.user', 's.agent', 's.address', 's.created_at', 's.last_seen_at'])
    .where('s.ended_at', 'is', null)
    .where('u.disabled', '=', 0)

export const toSession = (row: {
  id: string
  user: string
  agent: string
  address: string
  created_at: number
  last_seen_at: number
}): SessionRow => ({
  id: row.id,
  user: row.user,
  agent: row.agent,
  address: row.address,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
})
