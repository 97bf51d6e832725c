import { placeOf } from './row-places.ts'
import { isGhost, type Row, rowId } from './rows.ts'

/** What is selected, where the keyboard is, and from where Shift reaches. Never changed in place. */
export type Selection = {
  readonly ids: ReadonlySet<string>
  readonly cursor: string | null
  readonly anchor: string | null
  /** Nobody has selected it by hand: the address names it, or it has just been made. */
  readonly isGiven?: boolean
}

export const nothingSelected: Selection = { ids: new Set(), cursor: null, anchor: null }

/** The cursor stays, so that the keyboard goes on from there. */
export const selectNone = ({ cursor }: Selection): Selection => ({ ...nothingSelected, cursor })

/** `near` is where the row was last, if that is known. */
export const indexOf = (rows: readonly Row[], id: string | null, near = 0): number =>
  id === null ? -1 : placeOf(rows, id, near)

const idAt = (rows: readonly Row[], index: number): string | null => {
  const row = rows[index]
  return row && !isGhost(row) ? row.id : null
}

export const selectOnly = (id: string): Selection => ({ ids: new Set([id]), cursor: id, anchor: id })

/** For what the page selects by itself, so that it is seen. */
export const give = (id: string): Selection => ({ ...selectOnly(id), isGiven: true })

/** A click, with Shift or Ctrl, on the row at `index`; on the free space it clears. */
export const byGesture = (
  selection: Selection,
  rows: readonly Row[],
  { index, range, toggle: isToggle }: { index: number; range: boolean; toggle: boolean },
): Selection => {
  const row = rows[index]
  if (!row || isGhost(row)) return range || isToggle ? selection : nothingSelected
  if (range) return extendTo(selection, rows, index)
  return isToggle ? toggle(selection, row.id) : selectOnly(row.id)
}

/** Ctrl and click: in or out. */
export const toggle = (selection: Selection, id: string): Selection => {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, cursor: id, anchor: id }
}

/** Shift: everything from the anchor to `index`. */
export const extendTo = (selection: Selection, rows: readonly Row[], index: number): Selection => {
  const from = Math.max(0, indexOf(rows, selection.anchor ?? selection.cursor))
  const [low, high] = from < index ? [from, index] : [index, from]
  const ids = new Set<string>()
  for (const row of rows.slice(low, high + 1)) if (!isGhost(row)) ids.add(row.id)
  return { ids, cursor: idAt(rows, index) ?? selection.cursor, anchor: idAt(rows, from) }
}

export const selectAll = (selection: Selection, rows: readonly Row[]): Selection => ({
  ...selection,
  ids: new Set(rows.filter(row => !isGhost(row)).map(rowId)),
  isGiven: false,
})

export const selectMany = (ids: Iterable<string>): Selection => {
  const all = new Set(ids)
  const [first = null] = all
  return { ids: all, cursor: first, anchor: first }
}

/** Without what is gone from the folder; the cursor goes to the row that took its place. */
export const without = (
  selection: Selection,
  removed: readonly string[],
  before: readonly Row[],
  after: readonly Row[],
): Selection => {
  const gone = new Set(removed)
  const hasGone = removed.some(id => selection.ids.has(id) || selection.cursor === id)
  if (!hasGone) return selection
  const ids = new Set([...selection.ids].filter(id => !gone.has(id)))
  if (selection.cursor === null || !gone.has(selection.cursor)) return { ...selection, ids }
  const place = indexOf(before, selection.cursor)
  const goneAbove = before.slice(0, place).filter(row => gone.has(rowId(row))).length
  return { ids, cursor: idAt(after, Math.min(place - goneAbove, after.length - 1)), anchor: null }
}
