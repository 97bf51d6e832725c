import { setTimeout as after } from 'node:timers/promises'
import { limits } from '../../protocol/limits.ts'
import type { EventParams } from '../../protocol/table.ts'
import type { Change } from '../../protocol/values.ts'
import type { Storage } from '../../storage/storage.ts'
import type { WatchedFolder } from './watches.ts'

/** Reads what was committed to watched spaces, in order, and publishes it folder by folder. */
export type ChangeFeed = {
  /** No change of the space after the number that it resolves with is missed from now on. */
  follow(space: string): Promise<number>
  /** Nobody watches the space any more. */
  forget(space: string): void
  /** Something was committed to the space. */
  ring(space: string): void
}

export type ChangeFeedParts = {
  storage: Storage
  watchedFolders(space: string): ReadonlyMap<string, WatchedFolder>
  /** Is awaited before anything of a folder is published. */
  ready(folder: string): Promise<void>
  publish(params: EventParams<'folder.changed'>): void
  failed(error: unknown): void
}

type Feed = { cursor: number; opening: Promise<void>; running: boolean; rung: boolean }

type SpaceChange = { folder: string; change: Change }
type Event = { folder: WatchedFolder; params: EventParams<'folder.changed'> }

const batch = limits.changesBatch

/**
 * A broadcast takes about 10 microseconds for each watcher here, and as much on its way. Resting for three times as long
 * leaves room for everything else; changes that come meanwhile travel together. The first after a quiet time goes at once.
 */
const restMsPerWatcher = 0.03
const mostRestMs = 50
/** What could not be read or checked is tried again. */
const againMs = 500

export const createChangeFeed = (parts: ChangeFeedParts): ChangeFeed => {
  const feeds = new Map<string, Feed>()

  /** What of these changes has still to be told, folder by folder. */
  const eventsOf = (space: string, changes: readonly SpaceChange[], cursor: number): Event[] => {
    const folders = parts.watchedFolders(space)
    const byFolder = Map.groupBy(changes, ({ folder }) => folder)
    return [...byFolder].flatMap(([id, rows]) => {
      const folder = folders.get(id)
      const from = folder?.to ?? cursor
      const fresh = rows.flatMap(({ change }) => (change.seq > from ? [change] : []))
      const last = fresh.at(-1)
      if (folder === undefined || last === undefined) return []
      return [{ folder, params: { folder: id, from, to: last.seq, changes: fresh } }]
    })
  }

  /** Answers how many watchers were told. What was published counts as told, also where a later folder fails. */
  const publish = async (space: string, events: readonly Event[]): Promise<number> => {
    let told = 0
    for (const { folder, params } of events) {
      await parts.ready(params.folder)
      if (parts.watchedFolders(space).get(params.folder) !== folder) continue
      parts.publish(params)
      folder.to = params.to
      told += folder.watches.size
    }
    return told
  }

  /** Publishes the next changes; answers whether there may be more, and how many watchers were told. */
  const step = async (space: string, feed: Feed): Promise<{ more: boolean; told: number }> => {
    const { cursor } = feed
    const changes = await parts.storage.changes.ofSpace(space, cursor, batch)
    const last = changes.at(-1)
    if (last === undefined || feeds.get(space) !== feed) return { more: false, told: 0 }
    // Before anything is awaited: who comes meanwhile reads these by themselves.
    feed.cursor = last.change.seq
    try {
      const told = await publish(space, eventsOf(space, changes, cursor))
      return { more: changes.length === batch, told }
    } catch (error) {
      feed.cursor = cursor
      throw error
    }
  }

  const pump = async (space: string, feed: Feed): Promise<void> => {
    await feed.opening
    let more = true
    while (more || feed.rung) {
      feed.rung = false
      const done = await step(space, feed)
      more = done.more
      const restMs = Math.min(mostRestMs, done.told * restMsPerWatcher)
      if (restMs >= 1) await after(restMs, undefined, { ref: false })
    }
  }

  const run = (space: string, feed: Feed): void => {
    feed.running = true
    pump(space, feed)
      .catch(async error => {
        parts.failed(error)
        await after(againMs, undefined, { ref: false })
        feed.rung = true
      })
      .finally(() => {
        feed.running = false
        if (feed.rung && feeds.get(space) === feed) run(space, feed)
      })
  }

  const open = (space: string): Feed => {
    const feed: Feed = { cursor: 0, opening: Promise.resolve(), running: false, rung: false }
    feed.opening = parts.storage.spaces.seq(space).then(seq => {
      feed.cursor = seq
    })
    feed.opening.catch(() => feeds.delete(space))
    feeds.set(space, feed)
    return feed
  }

  return {
    follow: async space => {
      const feed = feeds.get(space) ?? open(space)
      await feed.opening
      return feed.cursor
    },
    forget: space => void feeds.delete(space),
    ring: space => {
      const feed = feeds.get(space)
      if (feed === undefined) return
      feed.rung = true
      if (!feed.running) run(space, feed)
    },
  }
}
