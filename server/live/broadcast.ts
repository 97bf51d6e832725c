import type { Level } from '../../protocol/levels.ts'
import type { EventName, EventParams } from '../../protocol/table.ts'
import type { Person } from '../../protocol/values.ts'
import type { Commit, Storage } from '../../storage/storage.ts'
import type { LevelOf } from '../auth/levels.ts'
import { throttle } from '../auth/throttle.ts'
import { asUser, type Connection } from '../connection.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { createChangeFeed } from './change-feed.ts'
import { createWatches, type Watch } from './watches.ts'

/** Tells those who watch a folder what happens in it. */
export type Broadcaster = {
  /** From now on the connection gets the folder's events. Throws `too_large` for too many folders. */
  watch(connection: Connection, folder: { id: string; space: string }, level: Level): Promise<void>
  unwatch(connection: Connection, folder: string): void
  /** Who has the folder open. */
  people(folder: string): Person[]
  /** To be called at each commit that may have changed rights: resolves when no watch is left that is not allowed, to those it told. */
  recheck(): Promise<readonly Watch[]>
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

  const presence = throttle(presenceMs, folder => {
    if (watches.isWatched(folder)) tell('presence.changed', { folder, people: watches.people(folder) })
  })
  const progress = throttle(progressMs, folder => {
    if (watches.isWatched(folder)) {
      tell('transfer.progressed', { folder, uploads: parts.transfers.progressOf(folder) })
    }
  })

  const end = (watch: Watch): void => {
    watch.unfollow()
    watch.connection.unsubscribe(topicOf(watch.folder))
    if (watches.remove(watch)) presence.ring(watch.folder)
    if (watches.foldersOf(watch.space).size === 0) feed.forget(watch.space)
  }

  /** A folder that went to another space is another folder for those who watch it: its change numbers are others. */
  const levelNow = async ({ connection, folder, space }: Watch): Promise<Level | null> => {
    const principal = asUser(connection.principal)
    if (principal === null) return null
    const level = await parts.levelOf(principal.user, folder)
    if (level === null || (await parts.storage.entries.get(folder))?.space !== space) return null
    return level
  }

  const recheckOne = async (watch: Watch): Promise<readonly Watch[]> => {
    const level = await levelNow(watch)
    if (level === watch.level || !watches.has(watch)) return []
    watch.level = level ?? watch.level
    if (level === null) end(watch)
    watch.connection.notify('access.changed', { space: watch.space, entry: watch.folder, level })
    return [watch]
  }

  let rechecked: Promise<unknown> = Promise.resolve()
  const recheck = async (): Promise<readonly Watch[]> => {
    const now = Promise.all(watches.all().map(recheckOne))
    const before = rechecked
    rechecked = Promise.all([before, now]).catch(parts.failed)
    await before
    return (await now).flat()
  }

  const tellPaths = async (spaces: readonly string[], moved: readonly string[]): Promise<void> => {
    const watched = spaces.flatMap(space => [...watches.foldersOf(space).keys()])
    if (watched.length === 0) return
    const folders = await parts.storage.entries.below(moved, watched)
    // A watch that is not allowed any more ends first.
    await rechecked
    for (const folder of folders) tell('path.changed', { folder })
  }

  const feed = createChangeFeed({
    storage: parts.storage,
    watchedFolders: space => watches.foldersOf(space),
    // Nobody is told what they may not see any more.
    ready: () => rechecked,
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
    recheck,
    committed: ({ seqs, movedFolders }) => {
      const spaces = [...seqs.keys()].filter(space => watches.foldersOf(space).size > 0)
      for (const space of spaces) feed.ring(space)
      if (movedFolders.length > 0) tellPaths(spaces, movedFolders).catch(parts.failed)
    },
    progressed: folder => {
      if (watches.isWatched(folder)) progress.ring(folder)
    },
    stop: () => {
      presence.stop()
      progress.stop()
    },
  }
}
