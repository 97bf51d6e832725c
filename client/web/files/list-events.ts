import type { ListOrder } from './rows.ts'

/** What <wherry-entry-list> says about hands and pointers; the page decides what it means. */
export type ListEvents = {
  'list-select': { index: number; range: boolean; toggle: boolean }
  'list-open': { index: number }
  /** The context menu for a row, or for the folder with -1, at a point of the window. */
  'list-menu': { index: number; x: number; y: number }
  'list-band': { ids: string[] }
  'list-order': ListOrder
  'list-all': { selected: boolean }
  'list-rename': { id: string; name: string | null }
  /** The list came to rest after scrolling. */
  'list-scroll': null
}

export const tell = <N extends keyof ListEvents>(host: HTMLElement, name: N, detail: ListEvents[N]): void => {
  host.dispatchEvent(new CustomEvent(name, { detail }))
}
