import type { Level } from '../../protocol/levels.ts'
import type { EventName, EventParams } from '../../protocol/table.ts'
import type { Person } from '../../protocol/values.ts'
import type { Commit, Storage } from '../../storage/storage.ts'
import type { LevelOf } from '../auth/levels.ts'
import { asUser, type Connection } from '../connection.ts'
import { foldersBelow } from '../folders-below.ts'
import { inSlices } from '../slices.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { createAccessEdits } from './access-edits.ts'
import { createChangeFeed } from './change-feed.ts'
import { throttle } from './throttle.ts'
import { createWatches, type Watch, type WatchedFolder } from './watches.ts'

/** Tells those who watch a folder what happens in it. */
export type Broadcaster = {
  /** From now on the connection gets the folder's events. Throws `too_large` for too many folders. */
  watch(connection: Connection, folder: { id: string; space: string }, level: Level): Promise<void>
  unwatch(connection: Connection, folder: string): void
  /** Who has the folder open. */
  people(folder: string): Person[]
  /** Nobody is signed in on the connection any more. */
  leave(connection: Connection): void
  /** To be called in the tick of a commit that may have changed rights: nothing of these spaces is told before it is checked who may see it. */
  doubt(spaces: ReadonlySet<string>): void
  /**
   * Checks the watches on and below entries whose spaces were doubted; of two calls, one after the other. Resolves when none
   * is left that is not allowed, to those whose levels are others since it was called last.
   */
  recheck(changed: Commit['rightsAt']): Promise<readonly Watch[]>
  /** Grants changed on entries, and recheck() had a look: tells those who administer a watched folder above. */
  edited(grants: Commit['grants']): Promise<void>
  /** To be called at each commit. */
  committed(commit: Pick<Commit, 'seqs' | 'movedFolders'>): void
  progressed(folder: string): void
  stop(): void
}

export type BroadcastParts = {
  storage: Storage
  transfers: Pick<Transfers, 'progressOf'>
  levelOf: LevelOf
  publish(topic: string, message: string): void
  failed(error: unknown): void
}

const presenceMs = 100
const progressMs = 500

const topicOf = (folder: string): string => `folder/${folder}`

export const createBroadcaster = (parts: BroadcastParts): Broadcaster => {
  const watches = createWatches()

  const tell = <N extends EventName>(name: N, params: EventParams<N> & { folder: string }): void =>
    parts.publish(topicOf(params.folder), JSON.stringify({ jsonrpc: '2.0', method: name, params }))

  /** Runs it at once when everybody who watches the folder may see it, if anybody does. */
  const whenAllowed = (folder: string, run: () => void): void => {
    const runIfWatched = () => {
      if (watches.folder(folder) !== undefined) run()
    }
    allowed(folder).then(runIfWatched).catch(parts.failed)
  }

  const presence = throttle(presenceMs, folder =>
    whenAllowed(folder, () => tell('presence.changed', { folder, people: watches.people(folder) })),
  )
  const progress = throttle(progressMs, folder =>
    whenAllowed(folder, () =>
      tell('transfer.progressed', { folder, uploads: parts.transfers.progressOf(folder) }),
    ),
  )

  const edits = createAccessEdits({ entries: parts.storage.entries, watches, whenAllowed })

  const end = (watch: Watch): void => {
    watch.unfollow()
    watch.connection.unsubscribe(topicOf(watch.folder))
    if (watches.remove(watch)) presence.ring(watch.folder)
    if (watches.foldersOf(watch.space).size === 0) feed.forget(watch.space)
  }

  let told: Watch[] = []

  const levelNow = async ({ connection, folder }: Watch): Promise<Level | null> => {
    const principal = asUser(connection.principal)
    return principal === null ? null : parts.levelOf(principal.user, folder)
  }

  const setLevel = (watch: Watch, level: Level | null): void => {
    if (level === watch.level || !watches.has(watch)) return
    watch.level = level ?? watch.level
    if (level === null) end(watch)
    watch.connection.notify('access.changed', { space: watch.space, entry: watch.folder, level })
    told.push(watch)
  }

  /** All at once, so that nobody watches it anew among those whose watches end; they hear of it one after the other. */
  const endAll = async (ended: readonly Watch[], pause: () => Promise<void>): Promise<void> => {
    ended.forEach(end)
    for (const watch of ended) {
      const { connection, space, folder } = watch
      if (!connection.closed) connection.notify('access.changed', { space, entry: folder, level: null })
      told.push(watch)
      await pause()
    }
  }

  /** A folder that went to another space is another folder for those who watch it: its change numbers are others. */
  const check = async (id: string, { space, watches: all, rights }: WatchedFolder): Promise<void> => {
    const { changes } = rights
    const pause = inSlices()
    if ((await parts.storage.entries.get(id))?.space !== space) return endAll([...all.values()], pause)
    for (const watch of [...all.values()]) {
      setLevel(watch, await levelNow(watch))
      await pause()
    }
    rights.checked = changes
  }

  /** Resolves when all who watch the folder may see it. No commit comes between that and what awaits it. */
  const allowed = async (id: string): Promise<void> => {
    for (;;) {
      const folder = watches.folder(id)
      if (folder === undefined || folder.rights.checked === folder.rights.changes) return
      folder.rights.checking ??= check(id, folder).finally(() => {
        folder.rights.checking = null
      })
      await folder.rights.checking
    }
  }

  const recheckSpace = async (space: string, tops: readonly string[]): Promise<void> => {
    const pause = inSlices()
    const doubted = [...watches.foldersOf(space)].map(([id, { rights }]) => ({
      id,
      rights,
      changes: rights.changes,
    }))
    const ids = doubted.map(({ id }) => id)
    const concerned = await foldersBelow(parts.storage.entries, tops, ids, pause)
    for (const { id, rights, changes } of doubted) {
      if (concerned.has(id)) {
        await allowed(id)
        edits.ring(id)
      } else rights.checked = Math.max(rights.checked, changes)
      await pause()
    }
  }

  const recheck = async (changed: Commit['rightsAt']): Promise<readonly Watch[]> => {
    for (const [space, entries] of Map.groupBy(changed, ({ space }) => space)) {
      await recheckSpace(space, [...new Set(entries.map(({ entry }) => entry))])
    }
    const all = told
    told = []
    return all
  }

  const tellPaths = async (spaces: readonly string[], moved: readonly string[]): Promise<void> => {
    const watched = spaces.flatMap(space => [...watches.foldersOf(space).keys()])
    const folders = await foldersBelow(parts.storage.entries, moved, watched, inSlices())
    for (const folder of folders) whenAllowed(folder, () => tell('path.changed', { folder }))
  }

  const feed = createChangeFeed({
    storage: parts.storage,
    watchedFolders: space => watches.foldersOf(space),
    ready: allowed,
    publish: params => tell('folder.changed', params),
    failed: parts.failed,
  })

  return {
    watch: async (connection, { id: folder, space }, level) => {
      const { watch, isNew } = watches.add(connection, folder, space, level)
      if (isNew) watch.unfollow = connection.onClose(() => end(watch))
      connection.subscribe(topicOf(folder))
      presence.ring(folder)
      watches.tellFrom(folder, await feed.follow(space))
    },
    unwatch: (connection, folder) => {
      const watch = watches.find(connection, folder)
      if (watch !== undefined) end(watch)
    },
    people: folder => watches.people(folder),
    leave: connection => watches.ofConnection(connection).forEach(end),
    doubt: spaces => {
      for (const space of spaces) for (const { rights } of watches.foldersOf(space).values()) rights.changes++
    },
    recheck,
    edited: edits.ringAbove,
    committed: ({ seqs, movedFolders }) => {
      const spaces = [...seqs.keys()].filter(space => watches.foldersOf(space).size > 0)
      for (const space of spaces) feed.ring(space)
      if (movedFolders.length > 0) tellPaths(spaces, movedFolders).catch(parts.failed)
    },
    progressed: folder => {
      if (watches.folder(folder) !== undefined) progress.ring(folder)
    },
    stop: () => {
      presence.stop()
      progress.stop()
      edits.stop()
    },
  }
}
