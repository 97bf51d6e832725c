/** The measures of the list, in CSS pixels; list-styles.ts has the same. */
const narrow = 560
const headHeight = 40
const tileWidth = 172
const gutter = 40

export type ListShape = { columns: number; rowHeight: number; top: number; isNarrow: boolean }

/** How many columns and how high the rows are in a list of this width. */
export const listShape = (view: 'list' | 'grid', width: number): ListShape => {
  const isNarrow = width < narrow
  const top = isNarrow ? 0 : headHeight
  if (view === 'list') return { columns: 1, rowHeight: isNarrow ? 60 : 44, top, isNarrow }
  return { columns: Math.max(2, Math.floor((width - gutter) / tileWidth)), rowHeight: 148, top, isNarrow }
}
