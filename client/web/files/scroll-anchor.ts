import { placeOf } from './row-places.ts'
import { isEntry, type Row, rowId } from './rows.ts'

/** Changes come in batches: no more rows than this come and go at once above what is looked at, but for a longer list. */
const mostMoved = 1_000

/** It went where its new name or content belongs: nothing else is to follow it. */
const isChanged = (row: Row, now: Row | undefined): boolean =>
  now !== undefined && isEntry(row) && isEntry(now) && row.seq !== now.seq

/**
 * Keeps still what is looked at while rows come and go: finds how far the content has moved under a row. `hovered` is the
 * row under the pointer; otherwise the first row in view is held, and the next one where that is gone or was changed.
 */
export const anchorShift = (
  before: readonly Row[],
  after: readonly Row[],
  { first, last, hovered }: { first: number; last: number; hovered: number | null },
): number => {
  const from = hovered !== null && hovered >= first && hovered <= last ? hovered : first
  const reach = mostMoved + Math.abs(after.length - before.length)
  for (let old = from; old <= Math.min(last, before.length - 1); old++) {
    const row = before[old]
    const now = row ? placeOf(after, rowId(row), old, reach) : -1
    if (row && now !== -1 && !isChanged(row, after[now])) return now - old
  }
  return 0
}
