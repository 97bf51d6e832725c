import { compareText, sortKey } from '../../../protocol/names.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { FolderOrder } from '../api.ts'
import { sortedByNumber } from './number-order.ts'

/** An entry with what its name sorts by, which costs too much to make at each comparison. */
export type Row = { readonly entry: Entry; readonly key: string }

export const toRow = (entry: Entry): Row => ({ entry, key: sortKey(entry.name) })

export type CompareRows = (a: Row, b: Row) => number

/** As the hub orders names: by what people expect, then by the name itself; never 0 for two entries. */
const compareNames: CompareRows = (a, b) =>
  compareText(a.key, b.key) || compareText(a.entry.name, b.entry.name) || compareText(a.entry.id, b.entry.id)

const compareBy: Record<FolderOrder['by'], CompareRows> = {
  name: compareNames,
  size: (a, b) => a.entry.size - b.entry.size,
  modified: (a, b) => a.entry.modifiedAt - b.entry.modifiedAt,
}

/** Entries that are in the order of names, ascending, in another one: equal sizes and dates stay as they are. */
export const reordered = (byName: readonly Entry[], { by, descending }: FolderOrder): Entry[] => {
  const firstFile = byName.findIndex(({ kind }) => kind !== 'folder')
  const folders = firstFile < 0 ? byName.length : firstFile
  const inOrder = (part: Entry[]): Entry[] => {
    if (by === 'name') return descending ? part.reverse() : part
    return sortedByNumber(part, entry => (by === 'size' ? entry.size : entry.modifiedAt), descending)
  }
  return inOrder(byName.slice(0, folders)).concat(inOrder(byName.slice(folders)))
}

/** Folders first either way; equal sizes and dates by name. */
export const compareRows = ({ by, descending }: FolderOrder): CompareRows => {
  const compare = compareBy[by]
  const direction = descending ? -1 : 1
  return (a, b) => {
    if (a.entry.kind !== b.entry.kind) return a.entry.kind === 'folder' ? -1 : 1
    return direction * compare(a, b) || compareNames(a, b)
  }
}
