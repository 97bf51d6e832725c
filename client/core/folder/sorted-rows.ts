import type { CompareRows, Row } from './entry-order.ts'

/** `row` is inserted before what is at `at`, or, if null, what is there goes. */
export type Edit = { at: number; row: Row | null }

/** Up to here single moves in place (10 µs in a list of 100,000) cost less than a new list (1 ms). */
const mostEditsInPlace = 64

/** How to look at the items of a sorted list. */
type Sorted<T> = { rowOf(item: T): Row; compare: CompareRows }

/** Where `row` is in the sorted list, or would be inserted. */
const position = <T>(list: readonly T[], row: Row, { rowOf, compare }: Sorted<T>): number => {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(rowOf(list[middle] as T), row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The edits, in order, that take `removed` (rows of items themselves) out of the sorted list and put `added` (sorted) in. */
export const findEdits = <T>(
  list: readonly T[],
  removed: readonly Row[],
  added: readonly Row[],
  sorted: Sorted<T>,
): Edit[] => {
  const last = list.at(-1)
  const first = added[0]
  const isAppended =
    removed.length === 0 && first && (last === undefined || sorted.compare(sorted.rowOf(last), first) < 0)
  if (isAppended) return added.map(row => ({ at: list.length, row }))
  const edits: Edit[] = [
    ...removed.map(row => ({ at: position(list, row, sorted), row: null })),
    ...added.map(row => ({ at: position(list, row, sorted), row })),
  ]
  // Stable: what is added at one place stays in order, and goes before what is taken out there.
  return edits.sort((a, b) => a.at - b.at || Number(a.row === null) - Number(b.row === null))
}

const appendAll = <T>(list: T[], edits: readonly Edit[], toItem: (row: Row) => T): T[] => {
  for (const { row } of edits) if (row) list.push(toItem(row))
  return list
}

/** From the back, so that the places of the edits before it hold. */
const editInPlace = <T>(list: T[], edits: readonly Edit[], toItem: (row: Row) => T): T[] => {
  for (const { at, row } of edits.toReversed()) {
    if (row) list.splice(at, 0, toItem(row))
    else list.splice(at, 1)
  }
  return list
}

const merged = <T>(list: readonly T[], edits: readonly Edit[], toItem: (row: Row) => T): T[] => {
  const edited: T[] = []
  let copied = 0
  const copyTo = (end: number) => {
    for (; copied < end; copied++) edited.push(list[copied] as T)
  }
  for (const { at, row } of edits) {
    copyTo(at)
    if (row) edited.push(toItem(row))
    else copied += 1
  }
  copyTo(list.length)
  return edited
}

/** Makes the edits in a list with one item for each row. Answers `list`, changed, or a new list: the old one is void. */
export const applyEdits = <T>(list: T[], edits: readonly Edit[], toItem: (row: Row) => T): T[] => {
  if (edits[0]?.at === list.length) return appendAll(list, edits, toItem)
  if (edits.length <= mostEditsInPlace) return editInPlace(list, edits, toItem)
  return merged(list, edits, toItem)
}

/**
 * The same in a new list. One change, which is what comes live, is made while copying: moving the tail of a long list that
 * has been there for a while costs as much as a new one, because the collector has to look at all that moves.
 */
export const withEdits = <T>(list: T[], edits: readonly Edit[], toItem: (row: Row) => T): T[] => {
  const [first, second] = edits
  if (!first) return list.slice()
  if (first.at === list.length) return list.concat(appendAll<T>([], edits, toItem))
  if (!second) {
    return first.row ? list.toSpliced(first.at, 0, toItem(first.row)) : list.toSpliced(first.at, 1)
  }
  const isReplaced = edits.length === 2 && first.at === second.at && !second.row
  return isReplaced && first.row ? list.with(first.at, toItem(first.row)) : merged(list, edits, toItem)
}
