import { WherryError } from '../../protocol/errors.ts'
import type { Level } from '../../protocol/levels.ts'
import { limits } from '../../protocol/limits.ts'
import type { Person } from '../../protocol/values.ts'
import type { Connection } from '../connection.ts'

/** One connection has one folder open, with the level that its user has there. */
export type Watch = {
  connection: Connection
  folder: string
  space: string
  level: Level
  /** Lets go of the connection's close. */
  unfollow: () => void
}

/** A folder that somebody watches. */
export type WatchedFolder = {
  space: string
  /** Its events were told up to here; null until the first is. */
  to: number | null
  watches: Map<Connection, Watch>
  /** How often rights may have changed here, and of how many of these changes its watches are known to be allowed. */
  rights: { changes: number; checked: number; checking: Promise<void> | null }
}

export type Watches = {
  /** A second watch of the same folder is the first one. */
  add(connection: Connection, folder: string, space: string, level: Level): { watch: Watch; isNew: boolean }
  find(connection: Connection, folder: string): Watch | undefined
  has(watch: Watch): boolean
  /** False if it was removed before. */
  remove(watch: Watch): boolean
  ofConnection(connection: Connection): Watch[]
  folder(id: string): WatchedFolder | undefined
  foldersOf(space: string): ReadonlyMap<string, WatchedFolder>
  /** The folder's events are told from this change number on, unless some were told before. */
  tellFrom(folder: string, seq: number): void
  /** Distinct people, in the order in which they came. */
  people(folder: string): Person[]
}

const nothing: ReadonlyMap<string, WatchedFolder> = new Map()

export const createWatches = (): Watches => {
  const folders = new Map<string, WatchedFolder>()
  const spaces = new Map<string, Map<string, WatchedFolder>>()
  const byConnection = new Map<Connection, Set<Watch>>()

  const folderOf = (id: string, space: string): WatchedFolder => {
    const known = folders.get(id)
    if (known !== undefined) return known
    const folder: WatchedFolder = {
      space,
      to: null,
      watches: new Map(),
      rights: { changes: 0, checked: 0, checking: null },
    }
    folders.set(id, folder)
    const siblings = spaces.get(space) ?? new Map<string, WatchedFolder>()
    spaces.set(space, siblings.set(id, folder))
    return folder
  }

  const dropFolder = (id: string, folder: WatchedFolder): void => {
    folders.delete(id)
    const siblings = spaces.get(folder.space)
    siblings?.delete(id)
    if (siblings?.size === 0) spaces.delete(folder.space)
  }

  const forget = (watch: Watch): void => {
    const own = byConnection.get(watch.connection)
    own?.delete(watch)
    if (own?.size === 0) byConnection.delete(watch.connection)
  }

  const find = (connection: Connection, folder: string): Watch | undefined =>
    folders.get(folder)?.watches.get(connection)

  return {
    add: (connection, id, space, level) => {
      const known = find(connection, id)
      if (known !== undefined) return { watch: known, isNew: false }
      const own = byConnection.get(connection) ?? new Set()
      if (own.size >= limits.watchedFolders) {
        throw new WherryError('too_large', `One connection can watch ${limits.watchedFolders} folders.`)
      }
      const watch: Watch = { connection, folder: id, space, level, unfollow: () => undefined }
      folderOf(id, space).watches.set(connection, watch)
      byConnection.set(connection, own.add(watch))
      return { watch, isNew: true }
    },
    find,
    has: watch => find(watch.connection, watch.folder) === watch,
    remove: watch => {
      const folder = folders.get(watch.folder)
      if (folder?.watches.get(watch.connection) !== watch) return false
      folder.watches.delete(watch.connection)
      forget(watch)
      if (folder.watches.size === 0) dropFolder(watch.folder, folder)
      return true
    },
    ofConnection: connection => [...(byConnection.get(connection) ?? [])],
    folder: id => folders.get(id),
    foldersOf: space => spaces.get(space) ?? nothing,
    tellFrom: (id, seq) => {
      const folder = folders.get(id)
      if (folder !== undefined) folder.to ??= seq
    },
    people: folder => {
      const people = new Map<string, Person>()
      for (const { principal } of folders.get(folder)?.watches.keys() ?? []) {
        if (principal?.kind === 'user')
          people.set(principal.user, { id: principal.user, name: principal.name })
      }
      return [...people.values()].slice(0, limits.listItems)
    },
  }
}
