import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { ContentInfo, Storage } from '../../storage/storage.ts'
import type { Handler } from '../context.ts'
import type { Download } from '../transfers/downloads.ts'

export const openDownload: Handler<'download.open'> = async (
  { storage, transfers, connection, principal },
  params,
) => {
  const { download: id, stream, sendUpTo } = params
  const entry = await storage.entries.get(params.entry)
  if (!entry) throw new WherryError('not_found')
  if (entry.kind !== 'file') throw new WherryError('not_a_file')
  const content = await storage.contents.ofEntry(entry.id, params.version)
  if (!content) throw new WherryError('version_gone')
  const download = { id, stream, user: principal.user, entry: entry.id, content }
  const { version, type, size, digest, chunks, modifiedAt } = content
  const info = { version, name: entry.name, type, size, digest, chunks, modifiedAt }
  if (sendUpTo === undefined || size > sendUpTo || chunks > limits.readChunks) {
    transfers.downloads.open(connection, download)
    return info
  }
  const refs = await storage.contents.chunks(content.content, 0, limits.readChunks)
  if (refs.length !== chunks) throw new WherryError('version_gone')
  await transfers.downloads.send(connection, { ...download, ended: null }, { from: 0, refs, offset: 0 })
  return { ...info, refs }
}

export const listChunks: Handler<'download.chunks'> = async ({ storage, transfers, connection }, params) => {
  const { from, limit } = params
  const download = transfers.downloads.get(connection, params.download)
  const content = await presentContent(storage, download)
  const chunks = await storage.contents.chunks(content.content, from, limit)
  const next = from + chunks.length
  return { chunks, next: next < content.chunks ? next : null }
}

export const readChunks: Handler<'download.read'> = async ({ storage, transfers, connection }, params) => {
  const download = transfers.downloads.get(connection, params.download)
  const content = await presentContent(storage, download)
  if (params.from + params.count > content.chunks) {
    throw new WherryError('invalid_params', `The file has ${content.chunks} chunks.`)
  }
  const refs = await storage.contents.chunks(content.content, params.from, params.count)
  const { from, offset } = params
  if (offset >= (refs[0]?.size ?? 0)) throw new WherryError('invalid_params', 'The chunk ends before that.')
  return { sentBytes: await transfers.downloads.send(connection, download, { from, refs, offset }) }
}

export const closeDownload: Handler<'download.close'> = async ({ transfers, connection }, { download }) => {
  transfers.downloads.close(connection, download)
  return {}
}

export const makeDownloadUrl: Handler<'download.url'> = async (
  { storage, signedUrls, principal },
  { entries: ids, purpose },
) => {
  const entries = await Promise.all([...new Set(ids)].map(id => storage.entries.get(id)))
  const [first] = entries
  if (!first || entries.includes(null)) throw new WherryError('not_found')
  const isFile = entries.length === 1 && first.kind === 'file'
  const { user, session } = principal
  const fileName = isFile ? first.name : zipName(entries.length === 1 ? first.name : '')
  const version = isFile ? first.version : null
  return signedUrls.make({ user, session, entries: [...new Set(ids)], version, purpose }, fileName)
}

/** The name of an archive of a folder, or of several entries. */
const zipName = (folder: string): string => `${folder || 'files'}.zip`

/** What the download began with, if it is still there. */
const presentContent = async (storage: Storage, { entry, content }: Download): Promise<ContentInfo> => {
  const present = await storage.contents.ofEntry(entry, content.version)
  if (!present) throw new WherryError('version_gone')
  return present
}
