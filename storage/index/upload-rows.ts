import type { Selectable } from 'kysely'
import type { UploadRow } from '../storage.ts'
import { prepared } from './prepared.ts'
import type { Tables } from './tables.ts'

export type UploadTableRow = Selectable<Tables['uploads']>

/** The upload of that id, if it is that user's. */
export const uploadOfUser = prepared((db, { user, id }: { user: string; id: string }) =>
  db.selectFrom('uploads').selectAll().where('id', '=', id).where('user', '=', user),
)

/** It has the quota that it needs to be committed. */
export const isReserved = (row: UploadTableRow): boolean => row.answer !== null || row.reserved === row.size

export const toUpload = (row: Omit<UploadTableRow, 'answer'>): UploadRow => ({
  id: row.id,
  user: row.user,
  space: row.space,
  folder: row.folder,
  content: row.content,
  name: row.name,
  size: row.size,
  modifiedAt: row.modified_at,
  onClash: row.on_clash,
  declaredBytes: row.declared_bytes,
  declaredChunks: row.declared_chunks,
  storedBytes: row.stored_bytes,
  createdAt: row.created_at,
  touchedAt: row.touched_at,
  expiresAt: row.expires_at,
})
