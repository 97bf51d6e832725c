import { isReason, WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import { fullDiskWords, isDiskFull } from '../../storage/disk-room.ts'
import type { Storage, UploadRow } from '../../storage/storage.ts'
import { contentType } from '../content-type.ts'
import type { Handler } from '../context.ts'
import { headBytes } from '../transfers/upload-stream.ts'

export const askCredit: Handler<'upload.credit'> = async ({ transfers, connection }, { bytes }) => ({
  credit: transfers.askCredit(connection, bytes),
})

export const openUpload: Handler<'upload.open'> = async ({ config, storage, transfers, actor }, params) => {
  refuseTooLarge(params.size, config.maxFileBytes)
  refuseUnwritable(storage)
  const { upload: id, folder, name, size, modifiedAt, onClash } = params
  const row = await storage.uploads.open(actor, { id, folder, name, size, modifiedAt, onClash })
  await transfers.uploads.opened(params, row)
  return { expiresAt: row.expiresAt }
}

export const declareChunks: Handler<'upload.declare'> = async ({ storage, transfers, actor }, params) => {
  const { upload, from, chunks } = params
  const missing = await transfers.uploads.declare(params, () =>
    storage.uploads.declare(actor, upload, from, chunks),
  )
  return { missing }
}

export const commitUpload: Handler<'upload.commit'> = async ({ storage, transfers, actor }, { upload }) => {
  const { user } = actor
  const received = await transfers.uploads.settled(user, upload)
  const row = await storage.uploads.get(user, upload)
  const type = row ? await contentType(row.name, received ?? (await firstBytes(storage, row))) : ''
  const committed = await storage.uploads.commit(actor, upload, type)
  transfers.uploads.ended(user, upload, new WherryError('not_found', 'That upload is complete.'))
  return committed
}

export const resumeUpload: Handler<'upload.resume'> = async ({ storage, transfers, actor }, params) => {
  const { upload: id, from } = params
  const found = await storage.uploads.resume(actor, id)
  if (!found) throw new WherryError('not_found')
  await transfers.uploads.opened(params, found)
  const row = (await storage.uploads.get(actor.user, id)) ?? found
  const chunks = await storage.uploads.chunks(id, from, limits.usualChunksPage)
  transfers.uploads.learn(params, from, chunks, row.declaredChunks)
  const next = from + chunks.length
  return {
    upload: { ...unfinished(row), bound: true },
    chunks,
    next: next < row.declaredChunks ? next : null,
  }
}

export const begunChunks: Handler<'upload.begun'> = async ({ transfers, principal }, { upload }) => ({
  chunks: transfers.uploads.begun(principal.user, upload),
})

export const listUploads: Handler<'upload.list'> = async ({ storage, transfers, principal }) => {
  const rows = await storage.uploads.list(principal.user)
  const uploads = rows
    .slice(0, limits.listItems)
    .map(row => ({ ...unfinished(row), bound: transfers.uploads.isBound(row.user, row.id) }))
  return { uploads }
}

export const cancelUpload: Handler<'upload.cancel'> = async ({ storage, transfers, actor }, { upload }) => {
  // An upload.open of the same id that is under way comes first.
  const folder = await transfers.uploadFolder(actor.user, upload)
  if (folder === null) return {}
  await storage.uploads.cancel(actor, upload)
  transfers.uploads.ended(actor.user, upload, new WherryError('cancelled'))
  return {}
}

const unfinished = ({ user: _, content: __, declaredChunks: ___, ...upload }: UploadRow) => upload

/** None if they are missing or damaged, which the commit says. */
const firstBytes = async (storage: Storage, row: UploadRow): Promise<Uint8Array> => {
  const [first] = await storage.uploads.chunks(row.id, 0, 1)
  if (!first?.stored) return new Uint8Array(0)
  const buffer = await storage.chunks.get(first.hash).catch(error => {
    if (isReason(error, 'chunk_damaged')) return null
    throw error
  })
  if (buffer === null) return new Uint8Array(0)
  try {
    return new Uint8Array(buffer.bytes.subarray(0, headBytes))
  } finally {
    buffer.release()
  }
}

export const refuseTooLarge = (size: number, maxFileBytes: number): void => {
  if (size > maxFileBytes) throw new WherryError('too_large', undefined, { maxFileBytes })
}

/** Refuses new bytes before they travel. */
export const refuseUnwritable = (storage: Storage): void => {
  if (isDiskFull(storage)) throw new WherryError('storage_full', fullDiskWords)
  if (storage.problem() !== null) throw new WherryError('storage_read_only')
}
