import { hash as digestOf } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { digestLink, hexToBytes } from '../../../protocol/digest.ts'
import { WherryError } from '../../../protocol/errors.ts'
import type { ChunkRef } from '../../../protocol/values.ts'
import type { PlacedChunk } from '../../chunks/chunk-store.ts'
import { insertRows } from '../insert-rows.ts'
import { prepared } from '../prepared.ts'
import { levelOf } from '../reads/access.ts'
import type { Tables } from '../tables.ts'
import type { Tx, Write } from '../tx.ts'
import type { UploadTableRow } from '../upload-rows.ts'
import { reserveAgain } from './reservations.ts'
import { findUpload } from './uploads.ts'

type Declaration = {
  user: string
  upload: string
  from: number
  chunks: readonly ChunkRef[]
}

export const declareChunks: Write<Declaration, number[]> = async (tx, args) => {
  const { user, upload, from, chunks } = args
  const row = await reserveAgain(tx, await findUpload(tx, user, upload))
  if (from > row.declared_chunks)
    throw new WherryError('conflict', 'Chunks are declared in order, without a hole.')
  const repeated = chunks.slice(0, row.declared_chunks - from)
  const missing = await compareDeclared(tx, row.content, from, repeated)
  const fresh = chunks.slice(repeated.length)
  if (fresh.length === 0) return missing
  return [...missing, ...(await appendDeclared(tx, row, fresh))]
}

/** What is declared already has to be equal; answers which of it is not stored. */
const compareDeclared = async (
  tx: Tx,
  content: string,
  from: number,
  chunks: readonly ChunkRef[],
): Promise<number[]> => {
  if (chunks.length === 0) return []
  const rows = await tx.db
    .selectFrom('content_chunks')
    .select(['idx', 'hash', 'size', 'stored'])
    .where('content', '=', content)
    .where('idx', '>=', from)
    .where('idx', '<', from + chunks.length)
    .orderBy('idx')
    .execute()
  const same = chunks.every((chunk, i) => {
    const row = rows[i]
    return row !== undefined && row.size === chunk.size && row.hash.toString('hex') === chunk.hash
  })
  if (!same) throw new WherryError('conflict', 'Other chunks were declared there before.')
  return rows.filter(row => row.stored === 0).map(row => row.idx)
}

/** What changes in the row of an upload: chunks more that are stored, and where its declarations end now. */
type Stored = { id: string; bytes: number; chunks: number; now: number }
type Declared = Stored & { declaredBytes: number; declaredChunks: number; digest: string }

const addStored = (db: Kysely<Tables>, { id, bytes, chunks, now }: Stored) =>
  db
    .updateTable('uploads')
    .set(eb => ({
      stored_bytes: eb('stored_bytes', '+', bytes),
      stored_chunks: eb('stored_chunks', '+', chunks),
      touched_at: now,
      expires_at: sql<number>`expires_at + max(0, ${now} - touched_at)`,
    }))
    .where('id', '=', id)

const countStored = prepared(addStored)

const countDeclared = prepared((db, values: Declared) =>
  addStored(db, values).set({
    declared_bytes: values.declaredBytes,
    declared_chunks: values.declaredChunks,
    digest: values.digest,
  }),
)

const appendDeclared = async (
  tx: Tx,
  row: UploadTableRow,
  chunks: readonly ChunkRef[],
): Promise<number[]> => {
  const known = await knownChunks(tx, row, chunks)
  let digest: Uint8Array = hexToBytes(row.digest)
  let start = row.declared_bytes
  const rows = chunks.map(({ hash, size }, i) => {
    digest = digestOf('sha256', digestLink(digest, { hash, size }), 'buffer')
    const stored = known.get(hash) === size ? 1 : 0
    const reference = { content: row.content, idx: row.declared_chunks + i, hash, size, start, stored }
    start += size
    return reference
  })
  if (start > row.size)
    throw new WherryError('conflict', 'The chunks are more bytes than the upload announced.')
  await insertRows(
    tx.db,
    'content_chunks',
    rows.map(row => ({ ...row, hash: Buffer.from(row.hash, 'hex') })),
  )
  const stored = rows.filter(reference => reference.stored === 1)
  const storedBytes = stored.reduce((sum, reference) => sum + reference.size, 0)
  await countDeclared(tx.db, {
    id: row.id,
    bytes: storedBytes,
    chunks: stored.length,
    now: tx.now,
    declaredBytes: start,
    declaredChunks: row.declared_chunks + chunks.length,
    digest: Buffer.from(digest).toString('hex'),
  })
  return rows.filter(reference => reference.stored === 0).map(reference => reference.idx)
}

const knownTo = prepared(
  (
    _,
    { content, space, hashes, trusted }: Record<'content' | 'space' | 'hashes', string> & { trusted: 0 | 1 },
  ) =>
    sql<{ hash: string; size: number }>`
    select lower(hex(c.hash)) as hash, c.size from json_each(${hashes}) as j
    join chunks as c on c.hash = unhex(j.value)
    where c.damaged = 0 and (
      exists (select 1 from content_chunks as r
        where r.hash = c.hash and r.content = ${content} and r.stored = 1)
      or ${trusted} and exists (select 1 from content_chunks as r
        join versions as v on v.content = r.content join entries as e on e.id = v.entry
        where r.hash = c.hash and e.space = ${space}))`,
)

const rootOf = prepared((db, { space }: { space: string }) =>
  db.selectFrom('spaces').select('root').where('id', '=', space),
)

const mayReadSpace = async (tx: Tx, user: string, space: string): Promise<boolean> => {
  const [found] = await rootOf(tx.db, { space })
  return found !== undefined && (await levelOf(tx.db, user, found.root)) !== null
}

/**
 * Sizes of those chunks that are durable and that the uploader may know of: this upload has them, or, if the user may read
 * the whole space, a version there has them. What lies elsewhere on the hub is never revealed.
 */
const knownChunks = async (
  tx: Tx,
  row: UploadTableRow,
  chunks: readonly ChunkRef[],
): Promise<Map<string, number>> => {
  const { content, space } = row
  const trusted = await mayReadSpace(tx, row.user, space)
  const hashes = JSON.stringify([...new Set(chunks.map(chunk => chunk.hash))])
  const rows = await knownTo(tx.db, { content, space, hashes, trusted: trusted ? 1 : 0 })
  return new Map(rows.map(known => [known.hash, known.size]))
}

const contentOf = prepared((db, { id }: { id: string }) =>
  db.selectFrom('uploads').select('content').where('id', '=', id),
)

const markListed = prepared((_, { content, list }: { content: string; list: string }) => {
  const these = sql`from json_each(${list}) as j cross join content_chunks as c
    on c.content = ${content} and c.idx = j.value ->> 0 and c.hash = unhex(j.value ->> 1)`
  // Without the hint, and the hash by itself, SQLite walks all chunks of the upload.
  return sql<{ size: number }>`
    update content_chunks indexed by content_chunks_by_hash set stored = 1
    where content = ${content} and stored = 0 and hash in (select c.hash ${these})
      and (hash, size) in (select c.hash, c.size ${these})
    returning size`
})

/**
 * Marks chunks stored, and with each all others of the same hash and size in the upload. Ignored is an upload that is gone,
 * and an index that names another chunk: an id may be used again while bytes for it are under way.
 */
export const markStored = async (tx: Tx, id: string, placed: readonly PlacedChunk[]): Promise<void> => {
  const [upload] = await contentOf(tx.db, { id })
  if (upload === undefined) return
  const list = JSON.stringify(placed.map(chunk => [chunk.index, chunk.id]))
  const marked = await markListed(tx.db, { content: upload.content, list })
  const bytes = marked.reduce((sum, row) => sum + row.size, 0)
  await countStored(tx.db, { id, bytes, chunks: marked.length, now: tx.now })
}

// Without the hint SQLite walks all chunks of all unfinished uploads.
const unmarkListed = prepared(
  (_, { list }: { list: string }) => sql<{ content: string; size: number }>`
  update content_chunks indexed by content_chunks_by_hash set stored = 0
  where hash in (select unhex(value) from json_each(${list})) and stored = 1
    and content in (select content from uploads where answer is null)
  returning content, size`,
)

const countLacking = prepared((db, values: { content: string; bytes: number; chunks: number }) =>
  db
    .updateTable('uploads')
    .set(eb => ({
      stored_bytes: eb('stored_bytes', '-', values.bytes),
      stored_chunks: eb('stored_chunks', '-', values.chunks),
    }))
    .where('content', '=', values.content),
)

/** Chunks by hash that unfinished uploads do not have any more: they have to be sent again. */
export const takeFromUploads = async (tx: Tx, hashes: readonly string[]): Promise<void> => {
  const taken = await unmarkListed(tx.db, { list: JSON.stringify(hashes) })
  for (const [content, rows] of Map.groupBy(taken, row => row.content)) {
    const bytes = rows.reduce((sum, row) => sum + row.size, 0)
    await countLacking(tx.db, { content, bytes, chunks: rows.length })
  }
}
