import type { LitElement, ReactiveController } from 'lit'
import { focusedElement } from './focus.ts'

/** Calls `lost` after a rendering of the host that took away what had the focus in it, and nothing else has it. */
export class LostFocus implements ReactiveController {
  readonly #host: LitElement
  readonly #lost: () => void
  #hadFocus = false

  constructor(host: LitElement, lost: () => void) {
    this.#host = host
    this.#lost = lost
    host.addController(this)
  }

  hostUpdate(): void {
    this.#hadFocus = this.#host.shadowRoot?.activeElement != null
  }

  hostUpdated(): void {
    if (this.#hadFocus && focusedElement() === null) this.#lost()
  }
}
