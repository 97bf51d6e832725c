import { sql } from 'kysely'
import type { ChunkPlace, ChunkRow } from '../../chunks/chunk-store.ts'
import type { Write } from '../tx.ts'

/** Adds chunks, or re-points them: a chunk that is put again is healed. */
export const addChunks: Write<readonly ChunkRow[], null> = async (tx, rows) => {
  const list = JSON.stringify(rows.map(row => [row.id, row.size, row.segment, row.offset, row.length]))
  await sql`insert or replace into chunks (hash, size, segment, offset, length, damaged, stored_at)
    select unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4, 0, ${tx.now}
    from json_each(${list})`.execute(tx.db)
  return null
}

/** Only if it still lies there: it may have been healed meanwhile. */
export const markChunkDamaged: Write<{ id: string; place: ChunkPlace }, null> = async (tx, { id, place }) => {
  await tx.db
    .updateTable('chunks')
    .set({ damaged: 1 })
    .where('hash', '=', Buffer.from(id, 'hex'))
    .where('segment', '=', place.segment)
    .where('offset', '=', place.offset)
    .execute()
  return null
}
