import { type Row, rowId } from './rows.ts'

/**
 * Where the row with this id is, or -1. Looks outwards from `near`, because a change moves rows by little; no further than
 * `reach` rows away.
 */
export const placeOf = (
  rows: readonly Row[],
  id: string,
  near = 0,
  reach = Number.POSITIVE_INFINITY,
): number => {
  const isAt = (index: number) => {
    const row = rows[index]
    return row !== undefined && rowId(row) === id
  }
  const start = Math.max(0, Math.min(near, rows.length - 1))
  const furthest = Math.min(reach, Math.max(start, rows.length - 1 - start))
  for (let step = 0; step <= furthest; step++) {
    if (isAt(start + step)) return start + step
    if (isAt(start - step)) return start - step
  }
  return -1
}
