import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import type { ReactiveController, ReactiveControllerHost } from 'lit'

export type Shape = { count: number; rowHeight: number; top: number }

const overscanRows = 6

/** Which rows of a long list are on the screen: @tanstack/virtual-core for a Lit component, all rows of one height. */
export class VirtualWindow implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>
  readonly #scroller: () => HTMLElement | null
  #shape: Shape = { count: 0, rowHeight: 44, top: 0 }
  #stop: (() => void) | null = null

  constructor(host: ReactiveControllerHost, scroller: () => HTMLElement | null) {
    this.#host = host
    this.#scroller = scroller
    this.#virtualizer = new Virtualizer(this.#options())
    host.addController(this)
  }

  #options() {
    const { count, rowHeight, top } = this.#shape
    return {
      count,
      getScrollElement: this.#scroller,
      estimateSize: () => rowHeight,
      overscan: overscanRows,
      scrollMargin: top,
      scrollPaddingStart: top,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => this.#host.requestUpdate(),
    }
  }

  /** Call it before rendering. */
  setShape(shape: Shape): void {
    const { count, rowHeight, top } = this.#shape
    if (shape.count === count && shape.rowHeight === rowHeight && shape.top === top) return
    this.#shape = shape
    this.#virtualizer.setOptions(this.#options())
    if (shape.rowHeight !== rowHeight) this.#virtualizer.measure()
  }

  /** The rows to render: first and last index, and how far down the first one is. */
  get rows(): { first: number; last: number; offset: number } {
    const items = this.#virtualizer.getVirtualItems()
    const [first] = items
    const last = items.at(-1)
    if (!first || !last) return { first: 0, last: -1, offset: 0 }
    return { first: first.index, last: last.index, offset: first.start - this.#shape.top }
  }

  get height(): number {
    return this.#shape.count * this.#shape.rowHeight
  }

  reveal(row: number): void {
    this.#virtualizer.scrollToIndex(row, { align: 'auto' })
  }

  hostConnected(): void {
    this.#stop = this.#virtualizer._didMount()
  }

  hostUpdated(): void {
    this.#virtualizer._willUpdate()
  }

  hostDisconnected(): void {
    this.#stop?.()
  }
}
