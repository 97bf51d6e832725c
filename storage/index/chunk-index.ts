import { type Kysely, sql } from 'kysely'
import type { ChunkId, ChunkIndex, MarkedRow } from '../chunks/chunk-store.ts'
import { prepared } from './prepared.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

type Found = { hash: Buffer; size: number; segment: number; offset: number; length: number; damaged: number }

const toMarkedRow = ({ hash, damaged, ...row }: Found): MarkedRow => ({
  id: hash.toString('hex'),
  ...row,
  damaged: damaged === 1,
})

const rowsOfChunks = prepared(
  (_, { ids }: { ids: string }) => sql<Found>`
  select c.hash, c.size, c.segment, c.offset, c.length, c.damaged
  from json_each(${ids}) as j join chunks as c on c.hash = unhex(j.value)`,
)

/** Where chunks lie, by id; absent ones are left out. */
export const findChunks = async (
  db: Kysely<Tables>,
  ids: readonly ChunkId[],
): Promise<Map<ChunkId, MarkedRow>> => {
  const rows = await rowsOfChunks(db, { ids: JSON.stringify(ids) })
  return new Map(rows.map(toMarkedRow).map(row => [row.id, row]))
}

/** Rows of one transaction: others wait for it. */
const markedTogether = 1000

/** Where chunks lie, in the tables of the index; rows are durable when add() resolves. */
export const sqliteChunkIndex = (db: Kysely<Tables>, writer: Writer): ChunkIndex => ({
  find: ids => findChunks(db, ids),

  async add(rows, placed = []) {
    if (rows.length + placed.length > 0) await writer.run('chunks.add', { rows, placed })
  },

  async mark(rows, damaged) {
    for (let at = 0; at < rows.length; at += markedTogether)
      await writer.run('chunks.mark', { rows: rows.slice(at, at + markedTogether), damaged })
  },

  async damaged() {
    const { rows } = await sql<Found>`
      select hash, size, segment, offset, length, damaged from chunks indexed by chunks_damaged
      where damaged = 1 order by segment, offset`.execute(db)
    return rows.map(toMarkedRow)
  },

  async damagedCount() {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from chunks indexed by chunks_damaged where damaged = 1`.execute(db)
    return rows[0]?.count ?? 0
  },

  async segmentEnds() {
    const { rows } = await sql<{ segment: number; end: number }>`
      select segment, max(offset + length) as end from chunks group by segment`.execute(db)
    return new Map(rows.map(row => [row.segment, row.end]))
  },

  async rowsFrom(segment, offset) {
    const rows = await db
      .selectFrom('chunks')
      .select(['hash', 'size', 'segment', 'offset', 'length', 'damaged'])
      .where('segment', '=', segment)
      .where('offset', '>=', offset)
      .orderBy('offset')
      .execute()
    return rows.map(toMarkedRow)
  },
})
