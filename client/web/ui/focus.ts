/** What has the focus, inside of however many components; null for the page itself. */
export const focusedElement = (): HTMLElement | null => {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element instanceof HTMLElement && element !== document.body ? element : null
}

/** Gives the focus back to what had it before `closed` opened, if nothing outside of that has taken it. */
export const refocus = (before: HTMLElement | null, closed: HTMLElement): void => {
  const isFree = focusedElement() === null || closed.matches(':focus-within')
  if (before?.isConnected && isFree) before.focus({ preventScroll: true })
}
