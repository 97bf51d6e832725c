import { WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import { prepared } from '../prepared.ts'
import { answerKeptMs } from '../requests.ts'
import type { Tx, Write } from '../tx.ts'
import type { UploadTableRow } from '../upload-rows.ts'
import { findFolder } from './find.ts'
import { placeFile } from './place-file.ts'
import { charge } from './space-changes.ts'
import { findUpload } from './uploads.ts'

type Committed = { entry: Entry; unchanged: boolean }

const setWhole = prepared(
  (db, { content, chunks, digest }: { content: string; chunks: number; digest: string }) =>
    db.updateTable('contents').set({ chunks, digest }).where('id', '=', content),
)

type Answered = { id: string; answer: string; now: number; expiresAt: number }

const setAnswer = prepared((db, { id, answer, now, expiresAt }: Answered) =>
  db
    .updateTable('uploads')
    .set({ answer, reserved: 0, touched_at: now, expires_at: expiresAt })
    .where('id', '=', id),
)

/**
 * Makes an upload a file: its cost does not grow with the file, because declaring counted and hashed. The row stays with
 * the answer for a day, so that every call of the upload can be repeated.
 */
export const commitUpload: Write<{ user: string; upload: string; type: string }, Committed> = async (
  tx,
  args,
) => {
  const row = await findUpload(tx, args.user, args.upload)
  if (row.answer !== null) return JSON.parse(row.answer) as Committed
  await assertWhole(tx, row)
  const folder = await findFolder(tx, row.folder)
  const { content, size, digest, name } = row
  await setWhole(tx.db, { content, digest, chunks: row.declared_chunks })
  const file = {
    name,
    onClash: row.on_clash,
    content,
    size,
    digest,
    type: args.type,
    modifiedAt: row.modified_at,
  }
  const { entry, unchanged, added } = await placeFile(tx, folder, file)
  const placed = { entry, unchanged }
  const used = unchanged ? 0 : size
  // The folder may have moved to another space meanwhile.
  const moved = folder.space !== row.space
  await charge(tx, row.space, {
    used: moved ? 0 : used,
    reserved: -row.reserved,
    entries: moved ? -1 : added - 1,
  })
  if (moved) await charge(tx, folder.space, { used, entries: added })
  const expiresAt = tx.now + answerKeptMs
  await setAnswer(tx.db, { id: row.id, answer: JSON.stringify(placed), now: tx.now, expiresAt })
  return placed
}

const missingNamed = 100

/** `incomplete` with the first indexes that are not stored; the next one to declare counts as such. */
const assertWhole = async (tx: Tx, row: UploadTableRow): Promise<void> => {
  if (row.declared_bytes === row.size && row.stored_chunks === row.declared_chunks) return
  const rows = await tx.db
    .selectFrom('content_chunks')
    .select('idx')
    .where('content', '=', row.content)
    .where('stored', '=', 0)
    .orderBy('idx')
    .limit(missingNamed)
    .execute()
  const missing = rows.map(chunk => chunk.idx)
  if (row.declared_bytes < row.size && missing.length < missingNamed) missing.push(row.declared_chunks)
  throw new WherryError('incomplete', undefined, { missing })
}
