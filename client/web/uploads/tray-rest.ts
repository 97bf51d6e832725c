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
  /** It closes once for what came together: who opens it again has it open. */
  #state: 'waits' | 'closed' | 'reopened' = 'waits'

  constructor(tray: TrayList) {
    this.#tray = tray
    tray.addController(this)
  }

  hostUpdate(): void {
    if (this.#tray.isThrough) return
    if (this.#state === 'closed') this.#tray.isCollapsed = isSmall()
    this.#state = 'waits'
  }

  hostUpdated(): void {
    const { isThrough, isCollapsed } = this.#tray
    if (this.#state === 'closed' && !isCollapsed) this.#state = 'reopened'
    if (isThrough && !isCollapsed && this.#state === 'waits')
      this.#timer ??= window.setTimeout(this.#close, restMs)
    else this.#stop()
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
      this.#state = 'closed'
      this.#tray.isCollapsed = true
    }
  }
}
