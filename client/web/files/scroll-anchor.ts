import { placeOf } from './row-places.ts'
import { type Row, rowId } from './rows.ts'

/** Changes come in batches: no more rows than this come and go at once above what is looked at, but for a longer list. */
const mostMoved = 1_000

/**
 * Keeps still what is looked at while rows come and go: finds how far the content has moved under a row. `hovered` is the
 * row under the pointer; otherwise the first row in view is held.
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
    if (now !== -1) return now - old
  }
  return 0
}
