import { WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import { answerKeptMs } from '../requests.ts'
import type { Tx, Write } from '../tx.ts'
import type { UploadTableRow } from '../upload-rows.ts'
import { findFolder } from './find.ts'
import { placeFile } from './place-file.ts'
import { assertMayWrite } from './rights.ts'
import { charge } from './space-changes.ts'
import { findUpload } from './uploads.ts'

type Committed = { entry: Entry; unchanged: boolean }

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
  await assertMayWrite(tx, args.user, row.folder)
  await assertWhole(tx, row)
  const folder = await findFolder(tx, row.folder)
  const { content, size, digest, name } = row
  await tx.db
    .updateTable('contents')
    .set({ chunks: row.declared_chunks, digest })
    .where('id', '=', content)
    .execute()
  const file = {
    name,
    onClash: row.on_clash,
    content,
    size,
    digest,
    type: args.type,
    modifiedAt: row.modified_at,
  }
  const placed = await placeFile(tx, folder, file)
  const used = placed.unchanged ? 0 : size
  // The folder may have moved to another space meanwhile.
  const moved = folder.space !== row.space
  await charge(tx, row.space, { used: moved ? 0 : used, reserved: -size })
  if (moved) await charge(tx, folder.space, { used, reserved: 0 })
  await tx.db
    .updateTable('uploads')
    .set({ answer: JSON.stringify(placed), touched_at: tx.now, expires_at: tx.now + answerKeptMs })
    .where('id', '=', row.id)
    .execute()
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
