import type { Kysely } from 'kysely'
import { limits } from '../../../protocol/limits.ts'
import type { Uploads } from '../../storage.ts'
import type { Tables } from '../tables.ts'
import { toUpload, uploadOfUser } from '../upload-rows.ts'

export const uploadReads = (db: Kysely<Tables>): Pick<Uploads, 'get' | 'list' | 'chunks'> => ({
  /** Finds committed ones too, for a day: their calls may be repeated. */
  async get(user, id) {
    const [row] = await uploadOfUser(db, { user, id })
    return row === undefined ? null : toUpload(row)
  },

  async list(user) {
    const rows = await db
      .selectFrom('uploads')
      .selectAll()
      .where('user', '=', user)
      .where('answer', 'is', null)
      .orderBy('created_at')
      .limit(limits.listItems)
      .execute()
    return rows.map(toUpload)
  },

  async chunks(id, from, limit) {
    const rows = await db
      .selectFrom('content_chunks as c')
      .innerJoin('uploads as u', 'u.content', 'c.content')
      .select(['c.hash', 'c.size', 'c.stored'])
      .where('u.id', '=', id)
      .where('c.idx', '>=', from)
      .orderBy('c.idx')
      .limit(limit)
      .execute()
    return rows.map(row => ({ hash: row.hash.toString('hex'), size: row.size, stored: row.stored === 1 }))
  },
})
