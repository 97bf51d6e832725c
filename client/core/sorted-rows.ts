import type { CompareRows, Row } from './entry-order.ts'

/** Where `row` is in the sorted `rows`, or would be inserted. */
const position = (rows: readonly Row[], row: Row, compare: CompareRows): number => {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = rows[middle]
    if (at && compare(at, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** One edit of the sorted list: `row` is inserted before the row at `at`, or, if null, the row there is left out. */
type Edit = { at: number; row: Row | null }

/**
 * A new sorted list without `removed` (rows of `rows` themselves) and with `added` (in order). Its cost is a copy of the list
 * and a binary search for each edit, so that one batch of changes is one replacement.
 */
export const editSorted = (
  rows: readonly Row[],
  removed: readonly Row[],
  added: readonly Row[],
  compare: CompareRows,
): Row[] => {
  const last = rows.at(-1)
  const first = added[0]
  if (removed.length === 0 && first && (!last || compare(last, first) < 0)) return rows.concat(added)
  const edits: Edit[] = [
    ...removed.map(row => ({ at: position(rows, row, compare), row: null })),
    ...added.map(row => ({ at: position(rows, row, compare), row })),
  ]
  // Stable: what is added at one place stays in order, and goes before the row that is left out there.
  edits.sort((a, b) => a.at - b.at || Number(a.row === null) - Number(b.row === null))
  const parts: Row[][] = []
  let copied = 0
  for (const { at, row } of edits) {
    if (at > copied) parts.push(rows.slice(copied, at))
    if (row) parts.push([row])
    copied = row ? at : at + 1
  }
  return ([] as Row[]).concat(...parts, rows.slice(copied))
}
