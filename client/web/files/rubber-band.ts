import type { ReactiveController, ReactiveControllerHost } from 'lit'

export type Band = { left: number; top: number; width: number; height: number }

const threshold = 5
const edge = 32
const edgeStep = 14

/** A rectangle drawn with the mouse on the free parts of a list, in the coordinates of the scrolled content. */
export class RubberBand implements ReactiveController {
  band: Band | null = null
  /** The press just ended drew a band: the click that follows means nothing. */
  wasDrawn = false
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #scroller: () => HTMLElement
  readonly #changed: (band: Band) => void
  #start: { x: number; y: number } | null = null
  #pointer = { x: 0, y: 0 }
  #frame = 0

  constructor(
    host: ReactiveControllerHost & HTMLElement,
    scroller: () => HTMLElement,
    changed: (band: Band) => void,
  ) {
    this.#host = host
    this.#scroller = scroller
    this.#changed = changed
    host.addController(this)
  }

  /** Begins at a press of the main mouse button. */
  start(event: PointerEvent): void {
    this.wasDrawn = false
    if (event.button !== 0 || event.pointerType !== 'mouse') return
    this.#start = this.#point(event.clientX, event.clientY)
    addEventListener('pointermove', this.#move)
    addEventListener('pointerup', this.#end)
    addEventListener('pointercancel', this.#end)
  }

  hostDisconnected(): void {
    this.#end()
  }

  #point(clientX: number, clientY: number) {
    const scroller = this.#scroller()
    const box = scroller.getBoundingClientRect()
    return { x: clientX - box.left, y: clientY - box.top + scroller.scrollTop }
  }

  #move = (event: PointerEvent) => {
    this.#pointer = { x: event.clientX, y: event.clientY }
    this.#draw()
    if (this.band && this.#frame === 0) this.#frame = requestAnimationFrame(this.#scrollAtEdge)
  }

  #draw() {
    if (!this.#start) return
    const { x, y } = this.#point(this.#pointer.x, this.#pointer.y)
    const band = {
      left: Math.min(x, this.#start.x),
      top: Math.min(y, this.#start.y),
      width: Math.abs(x - this.#start.x),
      height: Math.abs(y - this.#start.y),
    }
    if (!this.band && Math.max(band.width, band.height) < threshold) return
    this.band = band
    this.wasDrawn = true
    this.#changed(band)
    this.#host.requestUpdate()
  }

  #scrollAtEdge = () => {
    this.#frame = 0
    const scroller = this.#scroller()
    const box = scroller.getBoundingClientRect()
    const step =
      this.#pointer.y < box.top + edge ? -edgeStep : this.#pointer.y > box.bottom - edge ? edgeStep : 0
    if (step === 0 || !this.band) return
    scroller.scrollTop += step
    this.#draw()
    this.#frame = requestAnimationFrame(this.#scrollAtEdge)
  }

  #end = () => {
    removeEventListener('pointermove', this.#move)
    removeEventListener('pointerup', this.#end)
    removeEventListener('pointercancel', this.#end)
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.#start = null
    if (!this.band) return
    this.band = null
    this.#host.requestUpdate()
  }
}
