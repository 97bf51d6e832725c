import type { Person, TransferProgress } from '../../../protocol/values.ts'
import type { ConnectionState, FolderChange, HubClient, LiveFolder } from '../api.ts'
import { createListeners } from '../listeners.ts'
import { followFolder } from './folder-feed.ts'
import { createFolderMerge, type Merged, nothingMerged } from './folder-merge.ts'
import { createFolderRows } from './folder-rows.ts'
import { holdWatch } from './folder-watches.ts'

const running = (uploads: readonly TransferProgress[]) => uploads.filter(upload => upload.state !== 'ended')

/**
 * Opens a folder live: LiveFolder says what it promises. Starts as soon as the client is signed in. Listeners of onChange
 * are also called, with nothing put or removed, when the status, the people or the uploads changed.
 */
export const watchFolder = (client: HubClient, folder: string): LiveFolder => {
  const rows = createFolderRows()
  const merge = createFolderMerge(rows)
  const listeners = createListeners<FolderChange>()
  let isLoading = true
  let isCurrent = false
  let isGone = false
  let isClosed = false
  let toldTotal = 0
  let people: readonly Person[] = []
  let uploads: readonly TransferProgress[] = []

  const tell = (merged: Merged = nothingMerged, live = false) => {
    if (!isClosed) listeners.emit({ ...merged, live })
  }
  const setPeople = (all: readonly Person[]) => {
    people = all.filter(person => person.id !== client.user?.id)
  }

  const feed = followFolder(client, folder, {
    watched(answer) {
      isGone = false
      setPeople(answer.people)
      uploads = running(answer.uploads)
    },
    loadingStarted() {
      isLoading = true
      merge.startLoading()
    },
    page({ entries, total }) {
      toldTotal = total
      tell(merge.addPage(entries))
    },
    changes(changes) {
      tell(merge.addChanges(changes), !isLoading)
    },
    loadingDone() {
      isLoading = false
      tell(merge.finishLoading())
    },
    caughtUp() {
      isCurrent = true
      tell()
    },
    gone() {
      if (isGone) return
      isGone = true
      toldTotal = 0
      isLoading = true
      people = []
      uploads = []
      const removed = [...rows.ids()]
      rows.apply([], removed)
      tell({ ...nothingMerged, removed })
    },
  })

  const closed = Promise.withResolvers<void>()
  const onState = (state: ConnectionState) => {
    if (state === 'live') return feed.start()
    if (!isCurrent) return
    isCurrent = false
    tell()
  }

  const stops = [
    feed.close,
    client.onState(onState),
    client.on('presence.changed', event => {
      if (event.folder !== folder) return
      setPeople(event.people)
      tell()
    }),
    client.on('transfer.progressed', event => {
      if (event.folder !== folder) return
      uploads = running(event.uploads)
      tell()
    }),
    // The right may have changed on a folder above this one: the hub knows, so it is asked.
    client.on('access.changed', () => feed.start()),
    holdWatch(client, folder),
    listeners.clear,
  ]
  if (client.state === 'live') feed.start()

  return {
    folder,
    get status() {
      if (isGone) return 'gone'
      if (!isCurrent && rows.size > 0) return 'stale'
      return isLoading ? 'loading' : isCurrent ? 'live' : 'stale'
    },
    get entries() {
      return rows.entries
    },
    get total() {
      return isLoading ? Math.max(toldTotal, rows.size) : rows.size
    },
    get people() {
      return people
    },
    get uploads() {
      return uploads
    },
    get order() {
      return rows.order
    },
    get: rows.get,
    find: rows.find,
    setOrder(order) {
      rows.setOrder(order)
      tell()
    },
    onChange: listeners.add,
    closed: closed.promise,
    close() {
      if (isClosed) return
      isClosed = true
      closed.resolve()
      for (const stop of stops) stop()
    },
  }
}
