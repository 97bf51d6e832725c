import { nameKey } from '../../../protocol/names.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { FolderOrder } from '../api.ts'
import { type CompareRows, compareRows, type Row, reordered, toRow } from './entry-order.ts'
import { applyEdits, findEdits, withEdits } from './sorted-rows.ts'

const nameOrder: FolderOrder = { by: 'name', descending: false }
const compareNames = compareRows(nameOrder)

export type FolderRows = ReturnType<typeof createFolderRows>

/** The entries of a folder by id, by name and in order. */
export const createFolderRows = () => {
  const byId = new Map<string, Row>()
  let idByName: Map<string, string> | null = null
  let order: FolderOrder = nameOrder
  let compare: CompareRows = compareNames
  /** Always there, because every other order is made from it without comparing names. */
  let byName: Entry[] = []
  /** In the chosen order; null while that is byName's. */
  let sorted: Entry[] | null = null
  /** Somebody has the list in the chosen order: it is replaced and not changed. */
  let isShown = false

  const rowOf = ({ id }: Entry): Row => byId.get(id) as Row
  const toEntry = ({ entry }: Row): Entry => entry

  const forget = (row: Row) => {
    byId.delete(row.entry.id)
    const key = nameKey(row.entry.name)
    if (idByName?.get(key) === row.entry.id) idByName.delete(key)
  }
  const remember = (row: Row) => {
    byId.set(row.entry.id, row)
    idByName?.set(nameKey(row.entry.name), row.entry.id)
  }

  return {
    get size(): number {
      return byId.size
    },
    get entries(): readonly Entry[] {
      isShown = true
      return sorted ?? byName
    },
    ids: (): Iterable<string> => byId.keys(),
    get: (id: string): Entry | undefined => byId.get(id)?.entry,
    /** The entry whose name is the same to the hub (protocol/names.ts, nameKey). */
    find(name: string): Entry | undefined {
      idByName ??= new Map(Array.from(byId.values(), ({ entry }) => [nameKey(entry.name), entry.id]))
      const id = idByName.get(nameKey(name))
      return id === undefined ? undefined : byId.get(id)?.entry
    },
    /** Puts and removes in one replacement of the list; no id may come twice. */
    apply(put: readonly Entry[], removed: readonly string[]): void {
      const old: Row[] = []
      for (const id of [...removed, ...put.map(entry => entry.id)]) {
        const row = byId.get(id)
        if (row) old.push(row)
      }
      const added = put.map(toRow)
      // Found before any row is forgotten: the entries in the lists are compared by their rows.
      const nameEdits = findEdits(byName, old, added.sort(compareNames), { rowOf, compare: compareNames })
      const edits = sorted && findEdits(sorted, old, added.sort(compare), { rowOf, compare })
      for (const row of old) forget(row)
      for (const row of added) remember(row)
      const edit = isShown ? withEdits : applyEdits
      byName = (sorted ? applyEdits : edit)(byName, nameEdits, toEntry)
      if (sorted && edits) sorted = edit(sorted, edits, toEntry)
      isShown = false
    },
    get order(): FolderOrder {
      return order
    },
    setOrder(next: FolderOrder): void {
      if (isShown && !sorted) byName = byName.slice()
      isShown = false
      order = next
      compare = compareRows(next)
      sorted = next.by === 'name' && !next.descending ? null : reordered(byName, next)
    },
  }
}
