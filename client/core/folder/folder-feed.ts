import { isReason } from '../../../protocol/errors.ts'
import type { EventParams, Result } from '../../../protocol/table.ts'
import type { Change } from '../../../protocol/values.ts'
import type { HubClient, Stop } from '../api.ts'
import { jitteredDelayMs } from '../connection/backoff.ts'
import { systemTimers } from '../timers.ts'
import { type Page, readChanges, readPages } from './folder-pages.ts'

/** What a feed tells; each a whole step that may be shown. */
export type FeedListener = {
  watched(answer: Result<'folder.watch'>): void
  loadingStarted(): void
  page(page: Page): void
  changes(changes: readonly Change[]): void
  loadingDone(): void
  /** All that happened until now was told. */
  caughtUp(): void
  /** The folder was deleted, or may not be read any more; told again each time that the hub says so. */
  gone(): void
}

export type FolderFeed = {
  /** Watches from the cursor, or from the start: for each new sign-in, and whenever rights changed. */
  start(): void
  close(): void
}

/**
 * Follows a folder: subscribes first, then reads its pages; from then on every change comes once and in order, the cursor
 * being the change number up to which all is told. A hole before an event, and what was missed while disconnected, is read
 * with folder.changes; where that history is gone, the pages are read again. A folder that is gone may come back without
 * a word of the hub, which tells nobody of what they cannot see: it is asked for again, in the end every few seconds.
 */
export const followFolder = (client: HubClient, folder: string, listener: FeedListener): FolderFeed => {
  let cursor: number | null = null
  let inbox: EventParams<'folder.changed'>[] = []
  /** Events wait in the inbox until what came before them is there. */
  let isCatchingUp = true
  let watching = new AbortController()
  let loading = new AbortController()
  let failures = 0
  let stopRetry: Stop = () => {}

  const take = (changes: readonly Change[], seq: number) => {
    cursor = Math.max(cursor ?? 0, seq)
    if (changes.length > 0) listener.changes(changes)
  }

  const drain = () => {
    isCatchingUp = false
    while (cursor !== null) {
      const event = inbox[0]
      if (!event) return
      if (event.from > cursor) return void catchUp(cursor)
      inbox.shift()
      const known = cursor
      if (event.to > known)
        take(
          event.changes.filter(change => change.seq > known),
          event.to,
        )
    }
  }

  /** The history is gone: the pages say what is. */
  const startOver = () => {
    cursor = null
    start()
  }

  const catchUp = async (since: number) => {
    isCatchingUp = true
    const { signal } = watching
    try {
      if (!(await readChanges(client, folder, since, signal, take))) return startOver()
      drain()
    } catch (error) {
      failed(error, signal)
    }
  }

  const load = async (watchedSeq: number) => {
    loading.abort()
    loading = new AbortController()
    const { signal } = loading
    listener.loadingStarted()
    try {
      const pagesSeq = await readPages(client, folder, signal, listener.page)
      // A page that is older than the watch does not show what happened between them.
      const isWhole =
        pagesSeq >= watchedSeq || (await readChanges(client, folder, pagesSeq, signal, listener.changes))
      if (!isWhole) return startOver()
      listener.loadingDone()
      failures = 0
    } catch (error) {
      if (!signal.aborted) cursor = null
      failed(error, signal)
    }
  }

  const watch = async () => {
    const { signal } = watching
    try {
      const answer = await client.call('folder.watch', { folder, since: cursor }, { signal })
      if (signal.aborted) return
      listener.watched(answer)
      if (cursor === null || answer.reset) {
        cursor = answer.seq
        void load(answer.seq)
      } else {
        take(answer.changes, answer.seq)
        if (answer.more && !(await readChanges(client, folder, answer.seq, signal, take))) return startOver()
      }
      drain()
      listener.caughtUp()
    } catch (error) {
      failed(error, signal)
    }
  }

  const failed = (error: unknown, signal: AbortSignal) => {
    if (signal.aborted) return
    const isGone = isReason(error, 'not_found', 'forbidden', 'not_a_folder')
    if (isGone) {
      stop()
      cursor = null
    }
    // Without a connection the next sign-in starts again.
    if (client.state === 'live') {
      stopRetry()
      stopRetry = systemTimers.after(jitteredDelayMs(++failures), start)
    }
    // Last, because who hears it may close the feed.
    if (isGone) listener.gone()
  }

  const start = () => {
    stopRetry()
    watching.abort()
    watching = new AbortController()
    isCatchingUp = true
    inbox = []
    void watch()
  }

  const stop = () => {
    stopRetry()
    watching.abort()
    loading.abort()
    inbox = []
  }

  const stopEvents = client.on('folder.changed', event => {
    if (event.folder !== folder) return
    inbox.push(event)
    if (!isCatchingUp) drain()
  })

  return {
    start,
    close() {
      stopEvents()
      stop()
    },
  }
}
