import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Change, Entry } from '../../protocol/values.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Handler } from '../context.ts'

export const createFolder: Handler<'folder.create'> = async ({ storage, actor }, { folder, name, onClash }) =>
  storage.entries.createFolder(actor, folder, name, onClash)

export const listFolder: Handler<'folder.list'> = async ({ storage }, { folder, ...page }) =>
  storage.entries.list(folder, page)

const getFolder = async (storage: Storage, id: string): Promise<Entry> => {
  const folder = await storage.entries.get(id)
  if (folder === null) throw new WherryError('not_found')
  if (folder.kind !== 'folder') throw new WherryError('not_a_folder')
  return folder
}

export const findDamaged: Handler<'folder.findDamaged'> = async ({ storage }, { folder: id, after }) => {
  const folder = await getFolder(storage, id)
  return storage.entries.damagedBelow(folder, after, limits.pageEntries)
}

export const watchFolder: Handler<'folder.watch'> = async (context, { folder: id, since }) => {
  const { storage, broadcaster, transfers, connection, principal, levelOf } = context
  const folder = await getFolder(storage, id)
  const level = await levelOf(principal.user, id)
  if (level === null) throw new WherryError('not_found')
  await broadcaster.watch(connection, folder, level)
  const nothing = { reset: false, changes: [] as Change[], more: false }
  const missed =
    since === null
      ? { ...nothing, seq: await storage.spaces.seq(folder.space) }
      : await storage.changes.ofFolder(id, since, limits.changesBatch)
  const uploads = transfers.progressOf(id).slice(0, limits.listItems)
  return { ...missed, people: broadcaster.people(id), uploads }
}

export const unwatchFolder: Handler<'folder.unwatch'> = async ({ broadcaster, connection }, { folder }) => {
  broadcaster.unwatch(connection, folder)
  return {}
}

export const listChanges: Handler<'folder.changes'> = async ({ storage }, { folder, since }) => {
  await getFolder(storage, folder)
  return storage.changes.ofFolder(folder, since, limits.changesBatch)
}
