import type { Kysely } from 'kysely'
import { emailKey } from '../../../protocol/names.ts'
import type { Users } from '../../storage.ts'
import type { Tables } from '../tables.ts'
import { selectUsers, toUser } from '../user-rows.ts'

type UserReads = Pick<Users, 'hasAdministrator' | 'get' | 'findByEmail' | 'list'>

export const userReads = (db: Kysely<Tables>): UserReads => ({
  async hasAdministrator() {
    const row = await db.selectFrom('users').select('id').where('role', '=', 'admin').executeTakeFirst()
    return row !== undefined
  },

  async get(id) {
    const row = await selectUsers(db).where('u.id', '=', id).executeTakeFirst()
    return row === undefined ? null : toUser(row)
  },

  async findByEmail(email) {
    const row = await selectUsers(db)
      .select('u.password_hash')
      .where('u.email_key', '=', emailKey(email))
      .executeTakeFirst()
    return row === undefined ? null : { ...toUser(row), passwordHash: row.password_hash }
  },

  async list(after, limit) {
    const rows = await selectUsers(db)
      .select('u.email_key')
      .where('u.email_key', '>', after ?? '')
      .orderBy('u.email_key')
      .limit(limit + 1)
      .execute()
    const page = rows.slice(0, limit)
    return { users: page.map(toUser), next: rows.length > limit ? (page.at(-1)?.email_key ?? null) : null }
  },
})
