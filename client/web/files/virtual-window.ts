import type { ReactiveController, ReactiveControllerHost } from 'lit'

export type Shape = {
  /** Rows of the list, on the screen or not. */
  count: number
  rowHeight: number
  /** Height of what stands above the first row and sticks to the top. */
  top: number
}

const overscanRows = 6

/**
 * Which rows of a long list are on the screen. All rows have one height, so it is arithmetic: nothing is measured or kept
 * for each row, and a change in 100,000 rows costs nothing here.
 */
export class VirtualWindow implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #scroller: () => HTMLElement | null
  readonly #resize = new ResizeObserver(() => this.#measure())
  #shape: Shape = { count: 0, rowHeight: 1, top: 0 }
  #watched: HTMLElement | null = null
  #viewHeight = 900
  #scrollTop = 0
  #shown = ''

  constructor(host: ReactiveControllerHost, scroller: () => HTMLElement | null) {
    this.#host = host
    this.#scroller = scroller
    host.addController(this)
  }

  /** Call it before rendering. */
  setShape(shape: Shape): void {
    this.#shape = shape
  }

  /** The rows to render: first and last index, and how far down the first one is. */
  get rows(): { first: number; last: number; offset: number } {
    const { count, rowHeight } = this.#shape
    const height = count * rowHeight
    const scrollTop = Math.max(0, Math.min(this.#scrollTop, height - rowHeight))
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscanRows)
    const last = Math.min(count - 1, Math.ceil((scrollTop + this.#viewHeight) / rowHeight) + overscanRows)
    return { first, last, offset: first * rowHeight }
  }

  get height(): number {
    return this.#shape.count * this.#shape.rowHeight
  }

  /** What of the list is not under other things. */
  get freeHeight(): number {
    const scroller = this.#scroller()
    if (!scroller) return this.#viewHeight
    return scroller.clientHeight - (Number.parseFloat(getComputedStyle(scroller).scrollPaddingBlockEnd) || 0)
  }

  /** Rows came or went above: renders as if scrolled by so much already, which the caller does when it has rendered. */
  moveBy(distance: number): void {
    this.#scrollTop = Math.max(0, this.#scrollTop + distance)
  }

  /** Scrolls as little as is needed to have a row wholly in view, or at least where it begins. */
  reveal(row: number): void {
    const scroller = this.#scroller()
    if (!scroller) return
    const { rowHeight, top } = this.#shape
    const start = row * rowHeight
    const lowest = Math.min(start, start + rowHeight + top - this.freeHeight)
    if (scroller.scrollTop > start) scroller.scrollTop = start
    else if (scroller.scrollTop < lowest) scroller.scrollTop = lowest
    scroller.scrollIntoView({ block: 'nearest' })
  }

  /** The same for what reaches so far down in the window. */
  revealDownTo(bottom: number): void {
    const scroller = this.#scroller()
    if (!scroller) return
    const hidden = bottom - scroller.getBoundingClientRect().top - this.freeHeight
    if (hidden > 0) scroller.scrollTop += Math.ceil(hidden)
    scroller.scrollIntoView({ block: 'nearest' })
  }

  hostUpdated(): void {
    this.#shown = this.#range()
    const scroller = this.#scroller()
    if (scroller === this.#watched) return
    this.hostDisconnected()
    this.#watched = scroller
    scroller?.addEventListener('scroll', this.#measure, { passive: true })
    if (scroller) this.#resize.observe(scroller)
  }

  hostDisconnected(): void {
    this.#watched?.removeEventListener('scroll', this.#measure)
    this.#resize.disconnect()
    this.#watched = null
  }

  #range(): string {
    const { first, last } = this.rows
    return `${first} ${last}`
  }

  /** Renders only when other rows have come into view. */
  #measure = () => {
    if (!this.#watched) return
    this.#scrollTop = this.#watched.scrollTop
    this.#viewHeight = this.#watched.clientHeight
    if (this.#range() !== this.#shown) this.#host.requestUpdate()
  }
}
