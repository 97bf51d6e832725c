const holdMs = 500
const slack = 10

/** A finger that rests: calls `held` where it does. iOS has no contextmenu event; where there is one, it wins. */
export class LongPress {
  readonly #held: (target: EventTarget | null, x: number, y: number) => void
  #timer = 0
  #start = { x: 0, y: 0 }
  /** The press just ended in a long one: the click that follows means nothing. */
  wasHeld = false

  constructor(held: (target: EventTarget | null, x: number, y: number) => void) {
    this.#held = held
  }

  down(event: PointerEvent): void {
    this.wasHeld = false
    if (event.pointerType === 'mouse') return
    this.#start = { x: event.clientX, y: event.clientY }
    const target = event.composedPath()[0] ?? null
    this.#timer = window.setTimeout(() => {
      this.wasHeld = true
      this.#held(target, this.#start.x, this.#start.y)
    }, holdMs)
  }

  move(event: PointerEvent): void {
    const far = Math.hypot(event.clientX - this.#start.x, event.clientY - this.#start.y) > slack
    if (far) this.cancel()
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}
