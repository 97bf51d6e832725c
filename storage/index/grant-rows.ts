import type { Kysely } from 'kysely'
import { levels } from '../../protocol/levels.ts'
import type { Grant } from '../../protocol/values.ts'
import type { Tables } from './tables.ts'

/** Grants with the names of their entries and subjects; add conditions on `g`. */
export const selectGrants = (db: Kysely<Tables>) =>
  db
    .selectFrom('grants as g')
    .innerJoin('entries as e', 'e.id', 'g.entry')
    .leftJoin('users as u', 'u.id', 'g.subject')
    .select(['g.entry', 'e.name as entry_name', 'g.subject', 'u.name', 'u.email', 'g.level', 'g.granted_at'])

/** A grant as it looks from `asked`: inherited if it is on a folder above. */
export const toGrant = (
  row: {
    entry: string
    entry_name: string
    subject: string
    name: string | null
    email: string | null
    level: number
    granted_at: number
  },
  asked: string,
): Grant => ({
  entry: row.entry,
  entryName: row.entry_name,
  subject:
    row.subject === ''
      ? { kind: 'everyone' }
      : { kind: 'user', user: { id: row.subject, name: row.name ?? '' }, email: row.email ?? '' },
  level: levels[row.level] ?? 'read',
  inherited: row.entry !== asked,
  grantedAt: row.granted_at,
})
