import type { LitElement, ReactiveController } from 'lit'
import { focusedElement } from '../ui/focus.ts'

/** Whether somebody clicked or typed since the frame is there. Another origin, such as Firefox's viewer, does not tell. */
const mayBeUsed = ({ contentWindow }: HTMLIFrameElement): boolean => {
  try {
    return contentWindow?.navigator.userActivation.hasBeenActive ?? true
  } catch {
    return true
  }
}

/** Gives the focus back where a frame within the host took it by itself, as a broken PDF does: the keys went with it. */
export class KeptFocus implements ReactiveController {
  readonly #host: LitElement
  #last: HTMLElement | null = null

  constructor(host: LitElement) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    this.#host.addEventListener('focusin', this.#moved)
    window.addEventListener('blur', this.#left)
  }

  hostDisconnected(): void {
    this.#host.removeEventListener('focusin', this.#moved)
    window.removeEventListener('blur', this.#left)
  }

  #moved = () => {
    this.#last = focusedElement()
  }

  #left = () => {
    const frame = focusedElement()
    if (!(frame instanceof HTMLIFrameElement) || mayBeUsed(frame)) return
    // During the event the browser still moves it.
    setTimeout(() => {
      frame.blur()
      this.#last?.focus()
      // Where that is gone, the host chooses another.
      this.#host.requestUpdate()
    })
  }
}
