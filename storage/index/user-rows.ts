import type { Kysely } from 'kysely'
import type { User } from '../../protocol/values.ts'
import type { Tables } from './tables.ts'

/** Users with the quota of their personal spaces; add conditions on `u`. */
export const selectUsers = (db: Kysely<Tables>) =>
  db
    .selectFrom('users as u')
    .leftJoin('spaces as s', join => join.onRef('s.owner', '=', 'u.id').on('s.kind', '=', 'personal'))
    .select(['u.id', 'u.email', 'u.name', 'u.role', 'u.disabled', 'u.created_at', 's.quota', 's.used'])

export const toUser = (row: {
  id: string
  email: string
  name: string
  role: User['role']
  disabled: number
  created_at: number
  quota: number | null
  used: number | null
}): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  disabled: row.disabled === 1,
  createdAt: row.created_at,
  quotaBytes: row.quota,
  usedBytes: row.used ?? 0,
})
