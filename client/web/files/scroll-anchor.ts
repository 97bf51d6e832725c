import { type Row, rowId } from './rows.ts'

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
  const places = new Map<string, number>()
  for (let i = from; i <= Math.min(last, before.length - 1); i++) {
    const row = before[i]
    if (row) places.set(rowId(row), i)
  }
  let best: { old: number; now: number } | null = null
  for (let i = 0; i < after.length; i++) {
    const row = after[i]
    const old = row && places.get(rowId(row))
    if (old !== undefined && (best === null || old < best.old)) best = { old, now: i }
    if (best?.old === from) break
  }
  return best === null ? 0 : best.now - best.old
}
