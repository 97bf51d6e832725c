import type { Kysely } from 'kysely'
import type { Storage } from '../../storage.ts'
import type { Tables } from '../tables.ts'

export const requestReads = (db: Kysely<Tables>): Storage['requests'] => ({
  async has(user, requestId) {
    const row = await db
      .selectFrom('requests')
      .select('op')
      .where('user', '=', user)
      .where('request_id', '=', requestId)
      .executeTakeFirst()
    return row !== undefined
  },
})
