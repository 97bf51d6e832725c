import { WherryError } from '../../protocol/errors.ts'
import type { Handler } from '../context.ts'

export const getEntry: Handler<'entry.get'> = async ({ storage, principal, levelOf }, { entry: id }) => {
  const { user } = principal
  const [entry, level, above] = await Promise.all([
    storage.entries.get(id),
    levelOf(user, id),
    storage.entries.path(user, id),
  ])
  const space = entry && (await storage.spaces.get(entry.space))
  if (entry === null || level === null || space === null) throw new WherryError('not_found')
  const path = above
    .filter(folder => folder.id !== id && folder.level !== null)
    .map(folder => ({ id: folder.id, name: folder.name }))
  return { entry, level, space: { ...space, level: await levelOf(user, space.root) }, path }
}

export const resolveEntry: Handler<'entry.resolve'> = async (
  { storage, principal, levelOf },
  { space, path },
) => {
  const entry = await storage.entries.resolve(space, path)
  const level = entry && (await levelOf(principal.user, entry.id))
  if (entry === null || level === null) throw new WherryError('not_found')
  return { entry, level }
}

export const renameEntry: Handler<'entry.rename'> = async ({ storage, actor }, { entry, name }) => ({
  entry: await storage.entries.rename(actor, entry, name),
})

export const moveEntries: Handler<'entry.move'> = async (
  { storage, actor },
  { entries, folder, onClash },
) => ({
  entries: await storage.entries.move(actor, entries, folder, onClash),
})

export const copyEntries: Handler<'entry.copy'> = async (
  { storage, actor },
  { entries, folder, onClash },
) => ({
  entries: await storage.entries.copy(actor, entries, folder, onClash),
})

export const deleteEntries: Handler<'entry.delete'> = async ({ storage, actor }, { entries }) => ({
  removed: await storage.entries.remove(actor, entries),
})
