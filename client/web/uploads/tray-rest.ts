import type { LitElement, ReactiveController } from 'lit'

/** So long a list of what is through stays open, and after that while the pointer or the focus is in it. */
const restMs = 10_000

/** There the list of uploads would cover the page: only its head is shown until it is asked for. */
export const isSmall = () => matchMedia('(max-width: 719px), (max-height: 419px)').matches

type TrayList = LitElement & {
  /** Nothing runs, and nothing asks for somebody. */
  readonly isThrough: boolean
  isCollapsed: boolean
}

/** Shows only the head of the tray when all is through and was to be seen, and what was shown at first when more comes. */
export class TrayRest implements ReactiveController {
  readonly #tray: TrayList
  #timer: number | undefined
  /** Once for what came together: who opens it again has it open. */
  #hasRested = false
  #isClosed = false

  constructor(tray: TrayList) {
    this.#tray = tray
    tray.addController(this)
  }

  hostUpdate(): void {
    if (this.#tray.isThrough) return
    this.#hasRested = false
    if (this.#isClosed) this.#tray.isCollapsed = isSmall()
  }

  hostUpdated(): void {
    const { isThrough, isCollapsed } = this.#tray
    if (!isCollapsed) this.#isClosed = false
    if (!isThrough || isCollapsed || this.#hasRested) this.#stop()
    else this.#timer ??= window.setTimeout(this.#close, restMs)
  }

  hostDisconnected(): void {
    this.#stop()
  }

  #stop() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #close = () => {
    this.#timer = undefined
    if (this.#tray.matches(':hover, :focus-within')) this.#timer = window.setTimeout(this.#close, restMs)
    else {
      this.#hasRested = true
      this.#isClosed = true
      this.#tray.isCollapsed = true
    }
  }
}
