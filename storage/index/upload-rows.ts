import type { Selectable } from 'kysely'
import type { UploadRow } from '../storage.ts'
import type { Tables } from './tables.ts'

export type UploadTableRow = Selectable<Tables['uploads']>

export const toUpload = (row: UploadTableRow): UploadRow => ({
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
