import { go, keepState, keptState } from '../app/router.ts'

/** The id of the entry that the address shows over its page. */
export const previewedId = (): string | null => new URL(location.href).searchParams.get('preview')

const addressWith = (id: string | null): string => {
  const url = new URL(location.href)
  if (id === null) url.searchParams.delete('preview')
  else url.searchParams.set('preview', id)
  return url.href
}

/** Shows this entry over the page, as a place of its own in the history: Back closes it. */
export const placePreview = (id: string): void => {
  if (previewedId() === id) return
  // The list beneath stays where it is.
  const state = keptState()
  go(addressWith(id), { replace: previewedId() !== null })
  keepState(state ?? null)
}

/** Goes back to the page beneath; where that is not the place before, it takes the preview's. */
export const leavePreview = (): void => {
  if (previewedId() === null) return
  const beneath = addressWith(null)
  if (placeBefore() === beneath) history.back()
  else go(beneath, { replace: true })
}

const placeBefore = (): string | null | undefined => {
  if (!('navigation' in window)) return null
  const { currentEntry } = window.navigation
  return window.navigation.entries()[(currentEntry?.index ?? 0) - 1]?.url
}
