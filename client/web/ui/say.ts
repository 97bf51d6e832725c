type ToastAction = { label: string; run(): void }

/** A short message that goes away by itself; with actions (Undo) it stays for at least ten seconds. */
export type Toast = {
  text: string
  tone?: 'info' | 'error'
  /** It stays until this is settled, and goes then. */
  until?: Promise<unknown>
  actions?: readonly ToastAction[]
}

declare global {
  interface HTMLElementEventMap {
    'wherry-toast': CustomEvent<Toast>
    'wherry-announce': CustomEvent<string>
    'wherry-leave': Event
    'wherry-modal': CustomEvent<HTMLDialogElement>
  }
}

/** Shows a toast; the app's frame listens. */
export const say = (host: HTMLElement, toast: Toast): void => {
  host.dispatchEvent(new CustomEvent('wherry-toast', { detail: toast, bubbles: true, composed: true }))
}

/** As long as people wait without losing their thought (J. Nielsen, Usability Engineering, 1993, chapter 5). */
const slowMs = 1_000

/** Says what is being done, if it takes long and while it does. */
export const sayWhile = (host: HTMLElement, work: Promise<unknown>, text: string): void => {
  const timer = setTimeout(() => say(host, { text, until: work }), slowMs)
  const end = () => clearTimeout(timer)
  work.then(end, end)
}

/** Tells screen readers something, politely, that eyes see anyway. */
export const announce = (host: HTMLElement, text: string): void => {
  host.dispatchEvent(new CustomEvent('wherry-announce', { detail: text, bubbles: true, composed: true }))
}

/** What had the focus is gone, with all around it: it belongs to the page again. */
export const leave = (host: HTMLElement): void => {
  host.dispatchEvent(new Event('wherry-leave', { bubbles: true, composed: true }))
}

/** Opens a modal dialog, in which the toasts are to be now. */
export const openModal = (dialog: HTMLDialogElement): void => {
  dialog.showModal()
  dialog.dispatchEvent(new CustomEvent('wherry-modal', { detail: dialog, bubbles: true, composed: true }))
}
