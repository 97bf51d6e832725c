import { sql } from 'kysely'
import type { ChunkRow, PlacedChunk } from '../../chunks/chunk-store.ts'
import { prepared } from '../prepared.ts'
import type { Tx, Write } from '../tx.ts'
import { markStored, takeFromUploads } from './upload-chunks.ts'

type Added = { rows: readonly ChunkRow[]; placed: readonly PlacedChunk[] }

/** Adds chunks and marks what they are for as stored. */
export const addChunks: Write<Added, null> = async (tx, { rows, placed }) => {
  if (rows.length > 0) await putRows(tx, rows)
  const ofUploads = Map.groupBy(placed, chunk => chunk.upload)
  for (const [upload, chunks] of ofUploads) await markStored(tx, upload, chunks)
  return null
}

/** A chunk that is put again is re-pointed, and so healed. */
const putList = prepared(
  (_, { list, now }: { list: string; now: number }) => sql`
  insert or replace into chunks (hash, size, segment, offset, length, damaged, stored_at)
  select unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4, 0, ${now} from json_each(${list})`,
)

const putRows = async (tx: Tx, rows: readonly ChunkRow[]): Promise<void> => {
  const list = JSON.stringify(rows.map(row => [row.id, row.size, row.segment, row.offset, row.length]))
  await putList(tx.db, { list, now: tx.now })
}

const markListed = prepared(
  (_, { list, damaged }: { list: string; damaged: 0 | 1 }) => sql<{ hash: string }>`
  update chunks set damaged = ${damaged}
  where hash in (select unhex(value ->> 0) from json_each(${list}))
    and (hash, segment, offset) in (select unhex(value ->> 0), value ->> 1, value ->> 2 from json_each(${list}))
  returning lower(hex(hash)) as hash`,
)

/**
 * Only those that still lie there: they may have been healed meanwhile. Unfinished uploads lack damaged ones from then on;
 * one that is whole again is found there when it is declared or sent again.
 */
export const markChunks: Write<{ rows: readonly ChunkRow[]; damaged: boolean }, null> = async (
  tx,
  { rows, damaged },
) => {
  const list = JSON.stringify(rows.map(row => [row.id, row.segment, row.offset]))
  const marked = await markListed(tx.db, { list, damaged: damaged ? 1 : 0 })
  if (damaged)
    await takeFromUploads(
      tx,
      marked.map(({ hash }) => hash),
    )
  return null
}
