import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** The finger that is down while something opens under it: lifting it is not meant for what has opened. */
export class OpeningPress implements ReactiveController {
  #finger: number | null = null
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
    this.#isClickToCome = this.#finger !== null
    // Lifting it elsewhere would count as a touch outside of the popup, which closes it.
    if (this.#finger !== null) popup.setPointerCapture(this.#finger)
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
    this.#finger = isDown && pointerType !== 'mouse' ? pointerId : null
  }

  #typed = () => {
    this.#isClickToCome = false
  }
}
