import type { Kysely } from 'kysely'
import { limits } from '../../../protocol/limits.ts'
import type { Sessions } from '../../storage.ts'
import { selectLiveSessions, toSession } from '../session-rows.ts'
import type { Tables } from '../tables.ts'

export const sessionReads = (db: Kysely<Tables>): Pick<Sessions, 'get' | 'list'> => ({
  async get(id) {
    const row = await selectLiveSessions(db).where('s.id', '=', id).executeTakeFirst()
    return row === undefined ? null : toSession(row)
  },

  async list(user) {
    const rows = await selectLiveSessions(db)
      .where('s.user', '=', user)
      .orderBy('s.last_seen_at', 'desc')
      .limit(limits.listItems)
      .execute()
    return rows.map(toSession)
  },
})
