import { type Kysely, sql } from 'kysely'
import type { ChunkId, ChunkIndex, ChunkRow } from '../chunks/chunk-store.ts'
import { prepared } from './prepared.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

type Found = { hash: Buffer; size: number; segment: number; offset: number; length: number }

const toChunkRow = ({ hash, ...row }: Found): ChunkRow => ({ id: hash.toString('hex'), ...row })

const rowsOfChunks = prepared(
  (_, { ids }: { ids: string }) => sql<Found>`
  select c.hash, c.size, c.segment, c.offset, c.length
  from json_each(${ids}) as j join chunks as c on c.hash = unhex(j.value)
  where c.damaged = 0`,
)

/** Where undamaged chunks lie, by id; absent ones are left out. */
export const findChunks = async (
  db: Kysely<Tables>,
  ids: readonly ChunkId[],
): Promise<Map<ChunkId, ChunkRow>> => {
  const rows = await rowsOfChunks(db, { ids: JSON.stringify(ids) })
  return new Map(rows.map(toChunkRow).map(row => [row.id, row]))
}

/** Where chunks lie, in the tables of the index; rows are durable when add() resolves. */
export const sqliteChunkIndex = (db: Kysely<Tables>, writer: Writer): ChunkIndex => ({
  find: ids => findChunks(db, ids),

  async add(rows, placed = []) {
    if (rows.length + placed.length > 0) await writer.run('chunks.add', { rows, placed })
  },

  async markDamaged(id, place) {
    await writer.run('chunks.markDamaged', { id, place })
  },

  async segmentEnds() {
    const { rows } = await sql<{ segment: number; end: number }>`
      select segment, max(offset + length) as end from chunks group by segment`.execute(db)
    return new Map(rows.map(row => [row.segment, row.end]))
  },

  async rowsFrom(segment, offset) {
    const rows = await db
      .selectFrom('chunks')
      .select(['hash', 'size', 'segment', 'offset', 'length'])
      .where('segment', '=', segment)
      .where('offset', '>=', offset)
      .orderBy('offset')
      .execute()
    return rows.map(toChunkRow)
  },
})
