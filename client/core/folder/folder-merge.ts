import type { Change, Entry, Person } from '../../../protocol/values.ts'
import type { FolderRows } from './folder-rows.ts'

/** `added` are the ids of those in `put` that had no row before; `removers` who removed what a change has named. */
export type Merged = {
  put: Entry[]
  added: string[]
  removed: string[]
  removers: ReadonlyMap<string, Person | null>
}

export const nothingMerged: Merged = { put: [], added: [], removed: [], removers: new Map() }

/**
 * Brings pages and changes together, in whichever order they come: of each entry the newest word counts, by its change
 * number. While pages are loading it remembers what was removed, so that an older page does not bring it back, and what
 * was seen, so that what a reload did not bring goes at its end.
 */
export const createFolderMerge = (rows: FolderRows) => {
  let removedAt: Map<string, number> | null = null
  let seen: Set<string> | null = null

  const isNewer = (id: string, seq: number): boolean => {
    const known = rows.get(id)
    if (known && known.seq >= seq) return false
    return (removedAt?.get(id) ?? -1) < seq
  }

  const newIds = (entries: readonly Entry[]) => entries.filter(({ id }) => !rows.get(id)).map(({ id }) => id)

  return {
    startLoading(): void {
      removedAt = new Map()
      seen = new Set()
    },
    addPage(entries: readonly Entry[]): Merged {
      const put: Entry[] = []
      for (const entry of entries) {
        if (isNewer(entry.id, entry.seq)) put.push(entry)
        if (rows.get(entry.id) || isNewer(entry.id, entry.seq)) seen?.add(entry.id)
      }
      const latest = [...new Map(put.map(entry => [entry.id, entry])).values()]
      const added = newIds(latest)
      rows.apply(latest, [])
      return { ...nothingMerged, put: latest, added }
    },
    addChanges(changes: readonly Change[]): Merged {
      const put = new Map<string, Entry>()
      const removed = new Map<string, Change & { kind: 'removed' }>()
      for (const change of changes) {
        if (change.kind === 'put') {
          const { entry } = change
          const isStale = (put.get(entry.id)?.seq ?? removed.get(entry.id)?.seq ?? -1) >= entry.seq
          if (isStale || !isNewer(entry.id, entry.seq)) continue
          put.set(entry.id, entry)
          removed.delete(entry.id)
          seen?.add(entry.id)
        } else {
          const { id, seq } = change
          const known = put.get(id) ?? rows.get(id)
          if (known && known.seq > seq) continue
          put.delete(id)
          removed.set(id, change)
          removedAt?.set(id, Math.max(seq, removedAt.get(id) ?? 0))
        }
      }
      const gone = [...removed.keys()].filter(id => rows.get(id))
      const latest = [...put.values()]
      const added = newIds(latest)
      rows.apply(latest, gone)
      const removers = new Map(gone.map(id => [id, removed.get(id)?.by ?? null]))
      return { put: latest, added, removed: gone, removers }
    },
    /** All pages are there: what no page and no change has named is gone. */
    finishLoading(): Merged {
      const gone = seen ? [...rows.ids()].filter(id => !seen?.has(id)) : []
      removedAt = null
      seen = null
      if (gone.length > 0) rows.apply([], gone)
      return { ...nothingMerged, removed: gone }
    },
  }
}
