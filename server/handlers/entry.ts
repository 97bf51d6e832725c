import { isReason, WherryError } from '../../protocol/errors.ts'
import type { Space } from '../../protocol/values.ts'
import type { Storage } from '../../storage/storage.ts'
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
  const rootLevel = await levelOf(user, space.root)
  return { entry, level, space: rootLevel === null ? guestView(space) : { ...space, level: rootLevel }, path }
}

/** A space for those who may not read its root: how full it is, is not theirs to know. */
const guestView = (space: Space): Space => ({
  ...space,
  level: null,
  usedBytes: 0,
  reservedBytes: 0,
  quotaBytes: null,
})

/** Whoever lost the right to one of them meanwhile is not told. */
export const sumEntries: Handler<'entry.sum'> = async (
  { storage, walk, connection, principal, levelOf },
  { entries },
) => {
  const sum = { files: 0, folders: 0, bytes: 0 }
  await walk(principal.user, storage.entries.sums(entries), part => {
    if (connection.closed) throw new WherryError('cancelled')
    sum.files += part.files
    sum.folders += part.folders
    sum.bytes += part.bytes
  })
  for (const id of entries)
    if ((await levelOf(principal.user, id)) === null) throw new WherryError('not_found')
  return sum
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

/** Who may write in an entry alone is not told which of its neighbours has the name. */
export const renameEntry: Handler<'entry.rename'> = async (context, params) => {
  const { storage, actor, principal, levelOf } = context
  const { entry: id, name, unchangedSince } = params
  try {
    return { entry: await storage.entries.rename(actor, id, name, unchangedSince) }
  } catch (error) {
    const folder = isReason(error, 'name_taken') ? (await storage.entries.get(id))?.folder : null
    if (folder && (await levelOf(principal.user, folder)) === null) throw new WherryError('name_taken')
    throw error
  }
}

/** Of what is moved or deleted together, so many are named in the log. */
const mostNamed = 20

/** What the log says of entries that are about to be elsewhere, or nowhere. */
const namesOf = async ({ entries }: Storage, ids: readonly string[]) => {
  const nameOf = async (id: string) => {
    const [entry, path] = await Promise.all([entries.get(id), entries.place(id)])
    return entry && { id, name: entry.name, folder: entry.folder, path }
  }
  const named = await Promise.all(ids.slice(0, mostNamed).map(nameOf))
  return named.filter(entry => entry !== null)
}

/** A grant that did not come along has no row that tells who took it: the log does. */
export const moveEntries: Handler<'entry.move'> = async (
  { storage, actor, noted },
  { entries: ids, folder, onClash, tellDropped, ...options },
) => {
  const named = await namesOf(storage, ids)
  const { entries, droppedGrants } = await storage.entries.move(actor, ids, folder, onClash, options)
  if (droppedGrants > 0) {
    const moved = named.filter(entry => entry.folder !== folder)
    Object.assign(noted, { moved, folder, to: await storage.entries.place(folder), droppedGrants })
  }
  return { entries, ...(tellDropped && { droppedGrants }) }
}

export const copyEntries: Handler<'entry.copy'> = async (
  { storage, actor },
  { entries, folder, onClash, name },
) => ({
  entries: await storage.entries.copy(actor, entries, folder, onClash, { name }),
})

/** What is gone has no row that tells who took it: the log does. */
export const deleteEntries: Handler<'entry.delete'> = async (
  { storage, actor, noted },
  { entries, unchangedSince },
) => {
  const deleted = await namesOf(storage, entries)
  const removed = await storage.entries.remove(actor, entries, unchangedSince)
  Object.assign(noted, { deleted, removed })
  return { removed }
}
