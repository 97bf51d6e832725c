import { compareText, sortKey } from '../../protocol/names.ts'
import type { EventParams, Result } from '../../protocol/table.ts'
import type { Change, Entry } from '../../protocol/values.ts'
import type { Script } from './scripted-hub.ts'

export const modelFolder = 'folder-folder-folder-f'
const space = 'space-space-space-spac'

/** Written down anew here, so that the order is tested against the words of the protocol and not against itself. */
const inHubOrder = (a: Entry, b: Entry): number =>
  Number(b.kind === 'folder') - Number(a.kind === 'folder') ||
  compareText(sortKey(a.name), sortKey(b.name)) ||
  compareText(a.name, b.name)

/** One folder of a hub in memory: its rows, its history, its answers. Pages hold `pageEntries`, answers `batch` changes. */
export const folderModel = (pageEntries = 3, batch = 4) => {
  const rows = new Map<string, Entry>()
  let history: Change[] = []
  let seq = 0
  let prunedTo = 0
  let toldSeq = 0
  let made = 0
  let frozen: { seq: number; all: Entry[] } | null = null

  const put = (entry: Omit<Entry, 'seq'>) => {
    const now = { ...entry, seq: ++seq }
    rows.set(now.id, now)
    history.push({ kind: 'put', seq, entry: now })
  }
  const pick = (at: number) => [...rows.values()][at % Math.max(1, rows.size)]
  const sorted = () => [...rows.values()].sort(inHubOrder)
  const since = (cursor: number) => {
    if (cursor < prunedTo) return { seq, reset: true, changes: [], more: false }
    const missed = history.filter(change => change.seq > cursor)
    const changes = missed.slice(0, batch)
    const more = missed.length > changes.length
    return { seq: more ? (changes.at(-1)?.seq ?? seq) : seq, reset: false, changes, more }
  }

  const script: Script = {
    'folder.watch': ({ since: cursor }): Result<'folder.watch'> => ({
      ...(cursor === null ? { seq, reset: false, changes: [], more: false } : since(cursor)),
      people: [],
      uploads: [],
    }),
    'folder.changes': ({ since: cursor }) => since(cursor),
    'folder.list': ({ after, limit }) => {
      const { seq: readSeq, all } = frozen ?? { seq, all: sorted() }
      const from =
        after === null ? 0 : Number(all.findIndex(entry => inHubOrder(entry, JSON.parse(after)) > 0))
      const page = from < 0 ? [] : all.slice(from, from + Math.min(limit, pageEntries))
      const last = page.at(-1)
      const isLast = !last || last.id === all.at(-1)?.id
      return { seq: readSeq, entries: page, next: isLast ? null : JSON.stringify(last), total: all.length }
    },
    'folder.unwatch': () => ({}),
  }

  return {
    script,
    sorted,
    create(name: string, kind: 'file' | 'folder' = 'file') {
      const id = `entry-${String(++made).padStart(16, '0')}`
      put({
        id,
        space,
        folder: modelFolder,
        kind,
        name: `${name}${made}`,
        size: 1,
        type: null,
        digest: null,
        version: null,
        modifiedAt: made,
        createdAt: made,
        by: null,
      })
    },
    rename(at: number, name: string) {
      const entry = pick(at)
      if (entry) put({ ...entry, name: `${name}${++made}` })
    },
    resize(at: number) {
      const entry = pick(at)
      if (entry) put({ ...entry, size: entry.size + 1 })
    },
    remove(at: number) {
      const entry = pick(at)
      if (!entry) return
      rows.delete(entry.id)
      history.push({ kind: 'removed', seq: ++seq, id: entry.id, by: null })
    },
    /** Something changed elsewhere in the space. */
    passElsewhere() {
      seq += 1
    },
    /** The history that was broadcast is thrown away. */
    prune() {
      prunedTo = toldSeq
      history = history.filter(change => change.seq > prunedTo)
    },
    /** From now on pages are read from how it is now, as from a connection that lags behind, until they are not. */
    freezePages(isFrozen: boolean) {
      frozen = isFrozen ? { seq, all: sorted() } : null
    },
    /** What the broadcaster would say now. */
    ring(): EventParams<'folder.changed'> {
      const event = {
        folder: modelFolder,
        from: toldSeq,
        to: seq,
        changes: history.filter(change => change.seq > toldSeq),
      }
      toldSeq = seq
      return event
    },
  }
}
