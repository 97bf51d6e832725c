import { keepState, keptState } from '../app/router.ts'
import { nothingSelected, type Selection } from './selection.ts'

/** Longer selections are not kept with the history. */
const maxKept = 500

type PageState = { top: number; selected: string[]; cursor: string | null; isGiven: boolean }

/** Keeps scroll and selection with the present entry of the history, so that back and forward restore them. */
export const keepPageState = (top: number, { ids, cursor, isGiven = false }: Selection): void => {
  const state: PageState = { top, selected: [...ids].slice(0, maxKept), cursor, isGiven }
  keepState(state)
}

export const keptPageState = (): { top: number; selection: Selection } => {
  const state = keptState() as Partial<PageState> | null | undefined
  if (!state || !Array.isArray(state.selected)) return { top: 0, selection: nothingSelected }
  const cursor = state.cursor ?? null
  const isGiven = state.isGiven ?? false
  return { top: state.top ?? 0, selection: { ids: new Set(state.selected), cursor, anchor: cursor, isGiven } }
}
