import type { LitElement, ReactiveController } from 'lit'

/**
 * Tells the page's styles, as --tray-reach, how far up from the bottom of the window the tray reaches: what scrolls there
 * leaves as much room at its end. Without a tray it is 0.
 */
export class TrayReach implements ReactiveController {
  readonly #tray: LitElement
  readonly #resize = new ResizeObserver(() => this.#tell())

  constructor(tray: LitElement) {
    this.#tray = tray
    tray.addController(this)
  }

  hostConnected(): void {
    this.#resize.observe(this.#tray)
  }

  hostDisconnected(): void {
    this.#resize.disconnect()
    this.#tell()
  }

  #tell() {
    const { height, top } = this.#tray.getBoundingClientRect()
    const reach = height === 0 ? 0 : Math.ceil(innerHeight - top)
    document.documentElement.style.setProperty('--tray-reach', `${reach}px`)
  }
}
