import type { Kysely } from 'kysely'
import type { Contents } from '../../storage.ts'
import type { Tables } from '../tables.ts'

export const contentReads = (db: Kysely<Tables>): Contents => ({
  async ofEntry(entry, version) {
    const row = await db
      .selectFrom('entries as e')
      .innerJoin('versions as v', 'v.entry', 'e.id')
      .innerJoin('contents as c', 'c.id', 'v.content')
      .select([
        'v.id as version',
        'v.content',
        'v.entry',
        'v.size',
        'c.chunks',
        'v.digest',
        'v.type',
        'v.modified_at as modifiedAt',
        'v.created_at as createdAt',
      ])
      .where('e.id', '=', entry)
      .where(eb => (version === null ? eb('v.id', '=', eb.ref('e.version')) : eb('v.id', '=', version)))
      .executeTakeFirst()
    return row ?? null
  },

  async chunks(content, from, limit) {
    const rows = await db
      .selectFrom('content_chunks')
      .select(['hash', 'size'])
      .where('content', '=', content)
      .where('idx', '>=', from)
      .orderBy('idx')
      .limit(limit)
      .execute()
    return rows.map(row => ({ hash: row.hash.toString('hex'), size: row.size }))
  },

  /** Halves the range of indexes: `start` grows with the index, so no further index is needed. */
  async locate(content, position) {
    const head = await db
      .selectFrom('contents')
      .select(['size', 'chunks'])
      .where('id', '=', content)
      .executeTakeFirst()
    if (head === undefined || position < 0 || position >= head.size) return null
    let low = 0
    let high = head.chunks - 1
    let found = { index: 0, start: 0 }
    while (low <= high) {
      const index = Math.floor((low + high) / 2)
      const { start } = await db
        .selectFrom('content_chunks')
        .select('start')
        .where('content', '=', content)
        .where('idx', '=', index)
        .executeTakeFirstOrThrow()
      if (start > position) high = index - 1
      else {
        found = { index, start }
        low = index + 1
      }
    }
    return found
  },
})
