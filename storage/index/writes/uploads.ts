import { type RawBuilder, sql } from 'kysely'
import { bytesToHex, digestStart } from '../../../protocol/digest.ts'
import { WherryError } from '../../../protocol/errors.ts'
import type { NewUpload, UploadRow } from '../../storage.ts'
import { among, insertRows } from '../insert-rows.ts'
import { prepared } from '../prepared.ts'
import { fileKind } from '../tables.ts'
import { orderedId, type Tx, type Write } from '../tx.ts'
import { toUpload, type UploadTableRow, uploadOfUser } from '../upload-rows.ts'
import { assertRoomBelow } from './depth.ts'
import { findFolder } from './find.ts'
import { entryNamed, namedAs, nameTaken } from './free-name.ts'
import { giveUpContents } from './orphans.ts'
import { reserveAgain } from './reservations.ts'
import { charge } from './space-changes.ts'

type Opening = { user: string; upload: NewUpload; keptMs: number }

const uploadById = prepared((db, { id }: { id: string }) =>
  db.selectFrom('uploads').selectAll().where('id', '=', id),
)

export const openUpload: Write<Opening, UploadRow> = async (tx, { user, upload, keptMs }) => {
  const [known] = await uploadById(tx.db, upload)
  if (known !== undefined) return toUpload(await reserveAgain(tx, sameUpload(known, user, upload)))
  const folder = await findFolder(tx, upload.folder)
  namedAs(upload.name)
  const there = upload.onClash === 'keepBoth' ? undefined : await entryNamed(tx, folder.id, upload.name)
  if (there !== undefined && (upload.onClash === 'fail' || there.kind !== fileKind)) throw nameTaken(there)
  if (there === undefined) await assertRoomBelow(tx, folder.id)
  await charge(tx, folder.space, { reserved: upload.size, entries: 1 })
  const content = orderedId(tx.now)
  const digest = bytesToHex(digestStart)
  await insertRows(tx.db, 'contents', [
    { id: content, size: upload.size, chunks: 0, digest, created_at: tx.now },
  ])
  const row = {
    id: upload.id,
    user,
    space: folder.space,
    folder: folder.id,
    content,
    name: upload.name,
    size: upload.size,
    reserved: upload.size,
    modified_at: upload.modifiedAt,
    on_clash: upload.onClash,
    declared_bytes: 0,
    declared_chunks: 0,
    stored_bytes: 0,
    stored_chunks: 0,
    digest,
    created_at: tx.now,
    touched_at: tx.now,
    expires_at: tx.now + keptMs,
  }
  await insertRows(tx.db, 'uploads', [row])
  return toUpload(row)
}

const sameUpload = (row: UploadTableRow, user: string, upload: NewUpload): UploadTableRow => {
  const same =
    row.user === user &&
    row.folder === upload.folder &&
    row.name === upload.name &&
    row.size === upload.size &&
    row.modified_at === upload.modifiedAt &&
    row.on_clash === upload.onClash
  if (!same) throw new WherryError('conflict', 'That id names another upload.')
  return row
}

/** The row of an upload of that user; `not_found` if there is none. */
export const findUpload = async (tx: Tx, user: string, id: string): Promise<UploadTableRow> => {
  const [row] = await uploadOfUser(tx.db, { user, id })
  if (row === undefined) throw new WherryError('not_found', 'There is no such upload.')
  return row
}

/** Has one go on whose reservation may have been given back. */
export const resumeUpload: Write<{ user: string; upload: string }, UploadRow> = async (
  tx,
  { user, upload },
) => toUpload(await reserveAgain(tx, await findUpload(tx, user, upload)))

/** One that was committed is left alone; one that is gone is gone. */
export const cancelUpload: Write<{ user: string; upload: string }, null> = async (tx, { user, upload }) => {
  const [row] = await uploadOfUser(tx.db, { user, id: upload })
  if (row !== undefined && row.answer === null) await dropUploads(tx, [row])
  return null
}

const expireAtOnce = 100

/** Drops unfinished uploads whose time is over, and the answers of finished ones; answers the unfinished. */
export const expireUploads: Write<
  { now: number },
  { expired: { id: string; user: string }[]; more: boolean }
> = async (tx, { now }) => {
  const rows = await tx.db
    .selectFrom('uploads')
    .selectAll()
    .where('expires_at', '<=', now)
    .limit(expireAtOnce)
    .execute()
  await dropUploads(tx, rows)
  const expired = rows.filter(row => row.answer === null).map(({ id, user }) => ({ id, user }))
  return { expired, more: rows.length === expireAtOnce }
}

/** Removes uploads, gives back what they reserved, and leaves contents without a version to the sweep. */
const dropUploads = async (tx: Tx, rows: readonly UploadTableRow[]): Promise<void> => {
  const removed = await removeUploads(tx, sql`id in ${among(rows.map(row => row.id))}`)
  await giveUpContents(
    tx,
    removed.map(row => row.content),
  )
}

type RemovedUpload = { content: string; space: string; reserved: number; unfinished: number }

/** Removes the uploads that meet a condition and gives back what they reserved. Their contents are the caller's to give up. */
export const removeUploads = async (
  tx: Tx,
  condition: RawBuilder<unknown>,
): Promise<{ content: string }[]> => {
  const { rows } = await sql<RemovedUpload>`
    delete from uploads where ${condition}
    returning content, space, reserved, answer is null as unfinished`.execute(tx.db)
  for (const [space, inSpace] of Map.groupBy(rows, row => row.space))
    await charge(tx, space, {
      reserved: -inSpace.reduce((sum, row) => sum + row.reserved, 0),
      entries: -inSpace.reduce((sum, row) => sum + row.unfinished, 0),
    })
  return rows
}
