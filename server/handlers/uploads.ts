import { WherryError } from '../../protocol/errors.ts'
import { includesLevel } from '../../protocol/levels.ts'
import { limits } from '../../protocol/limits.ts'
import { fullDiskWords, isDiskFull } from '../../storage/disk-room.ts'
import type { Storage, UploadRow } from '../../storage/storage.ts'
import type { Connection } from '../connection.ts'
import { contentType } from '../content-type.ts'
import type { Handler, Hub } from '../context.ts'
import { headBytes } from '../transfers/upload-stream.ts'

export const askCredit: Handler<'upload.credit'> = async ({ transfers, connection }, { bytes }) => ({
  credit: transfers.askCredit(connection, bytes),
})

export const openUpload: Handler<'upload.open'> = async (
  { config, storage, transfers, principal },
  params,
) => {
  refuseTooLarge(params.size, config.maxFileBytes)
  refuseUnwritable(storage)
  const { upload: id, folder, name, size, modifiedAt, onClash } = params
  const row = await storage.uploads.open(principal.user, { id, folder, name, size, modifiedAt, onClash })
  await transfers.uploads.opened(params, row)
  return { expiresAt: row.expiresAt }
}

export const declareChunks: Handler<'upload.declare'> = async (hub, params) => {
  const { storage, transfers, principal } = hub
  const { upload, from, chunks } = params
  const missing = await transfers.uploads.declare(params, async () => {
    const trusted = await mayReadSpaceOf(hub, principal.user, upload)
    return storage.uploads.declare(principal.user, upload, from, chunks, trusted)
  })
  return { missing }
}

export const commitUpload: Handler<'upload.commit'> = async (
  { storage, transfers, principal, connection },
  { upload },
) => {
  const { user } = principal
  const received = await transfers.uploads.settled(user, upload)
  refuseEnded(connection)
  const row = await storage.uploads.get(user, upload)
  const type = row ? await contentType(row.name, received ?? (await firstBytes(storage, row))) : ''
  const committed = await storage.uploads.commit(user, upload, type)
  transfers.uploads.ended(user, upload, new WherryError('not_found', 'That upload is complete.'))
  return committed
}

export const resumeUpload: Handler<'upload.resume'> = async ({ storage, transfers, principal }, params) => {
  const { upload: id, from } = params
  const found = await storage.uploads.get(principal.user, id)
  if (!found) throw new WherryError('not_found')
  await transfers.uploads.opened(params, found)
  const row = (await storage.uploads.get(principal.user, id)) ?? found
  const chunks = await storage.uploads.chunks(id, from, limits.chunksPage)
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

export const cancelUpload: Handler<'upload.cancel'> = async (
  { storage, transfers, principal },
  { upload },
) => {
  // An upload.open of the same id that is under way comes first.
  const folder = await transfers.uploadFolder(principal.user, upload)
  if (folder === null) return {}
  await storage.uploads.cancel(principal.user, upload)
  transfers.uploads.ended(principal.user, upload, new WherryError('cancelled'))
  return {}
}

const unfinished = ({ user: _, content: __, declaredChunks: ___, ...upload }: UploadRow) => upload

const mayReadSpaceOf = async (
  { storage, levelOf }: Pick<Hub, 'storage' | 'levelOf'>,
  user: string,
  upload: string,
): Promise<boolean> => {
  const row = await storage.uploads.get(user, upload)
  const space = row && (await storage.spaces.get(row.space))
  return space ? includesLevel(await levelOf(user, space.root), 'read') : false
}

const firstBytes = async (storage: Storage, row: UploadRow): Promise<Uint8Array> => {
  const [first] = await storage.uploads.chunks(row.id, 0, 1)
  if (!first?.stored) return new Uint8Array(0)
  const buffer = await storage.chunks.get(first.hash)
  try {
    return new Uint8Array(buffer.bytes.subarray(0, headBytes))
  } finally {
    buffer.release()
  }
}

export const refuseTooLarge = (size: number, maxFileBytes: number): void => {
  if (size > maxFileBytes) throw new WherryError('too_large', undefined, { maxFileBytes })
}

/** The session ended while bytes were awaited. What a lost connection sent before still counts. */
export const refuseEnded = (connection: Connection): void => {
  if (connection.principal === null) throw new WherryError('session_ended')
}

/** Refuses new bytes before they travel. */
export const refuseUnwritable = (storage: Storage): void => {
  if (isDiskFull(storage)) throw new WherryError('storage_full', fullDiskWords)
  if (storage.problem() !== null) throw new WherryError('storage_read_only')
}
