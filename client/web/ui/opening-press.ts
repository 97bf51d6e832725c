import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** The finger or button that is down while something opens under it: its release is not meant for what has opened. */
export class OpeningPress implements ReactiveController {
  #pressed: Pick<PointerEvent, 'pointerId' | 'pointerType'> | null = null
  #isClickToCome = false

  constructor(host: ReactiveControllerHost) {
    host.addController(this)
  }

  hostConnected(): void {
    for (const type of ['pointerdown', 'pointerup', 'pointercancel'] as const)
      window.addEventListener(type, this.#followed, true)
    window.addEventListener('keydown', this.#typed, true)
  }

  hostDisconnected(): void {
    for (const type of ['pointerdown', 'pointerup', 'pointercancel'] as const)
      window.removeEventListener(type, this.#followed, true)
    window.removeEventListener('keydown', this.#typed, true)
  }

  /** Call it when the popup is on the screen. */
  opened(popup: HTMLElement): void {
    if (this.#pressed === null) return
    // Where menus open on the press, the release elsewhere would count as a press outside of the popup, which closes it.
    popup.setPointerCapture(this.#pressed.pointerId)
    this.#isClickToCome = this.#pressed.pointerType !== 'mouse'
  }

  /** True once, for the click that lifting the finger makes. */
  takeClick(): boolean {
    const isIts = this.#isClickToCome
    this.#isClickToCome = false
    return isIts
  }

  #followed = ({ type, pointerType, pointerId }: PointerEvent) => {
    const isDown = type === 'pointerdown'
    if (isDown) this.#isClickToCome = false
    this.#pressed = isDown ? { pointerId, pointerType } : null
  }

  #typed = () => {
    this.#isClickToCome = false
  }
}
