import type { LitElement, ReactiveController } from 'lit'
import { draggedEntries, isDraggingEntries, startDrag } from './drag.ts'
import { tell } from './list-events.ts'
import { LongPress } from './long-press.ts'
import { isEntry, isGhost, type Row } from './rows.ts'
import type { RubberBand } from './rubber-band.ts'

type Host = LitElement & {
  readonly rows: readonly Row[]
  readonly selected: ReadonlySet<string>
  readonly isGiven: boolean
  readonly band: RubberBand
}

/** The row that an event hit, by its `data-index`; -1 for the free space. */
const hitIndex = (path: readonly (EventTarget | null)[]): number => {
  const hit = path.find(node => node instanceof HTMLElement && node.dataset.index !== undefined)
  return hit instanceof HTMLElement ? Number(hit.dataset.index) : -1
}

const hits = (event: Event, selector: string) =>
  event.composedPath().some(node => node instanceof Element && node.matches(selector))

/** Mouse, finger and dragging on the list, turned into the events of list-events.ts. */
export class ListPointer implements ReactiveController {
  /** The row under the mouse, or null. */
  hovered: number | null = null
  /** The folder that would take what is being dragged, or -1. */
  dropIndex = -1
  readonly #host: Host
  readonly #longPress: LongPress
  #pointerType = 'mouse'

  constructor(host: Host) {
    this.#host = host
    this.#longPress = new LongPress((target, x, y) => {
      const element = target instanceof Element ? target.closest('[data-index]') : null
      tell(host, 'list-menu', { index: hitIndex([element]), x, y })
    })
    host.addController(this)
  }

  hostConnected(): void {}

  readonly down = (event: PointerEvent) => {
    this.#pointerType = event.pointerType
    this.#longPress.down(event)
    if (hits(event, 'input, button, .head, wherry-rename-field')) return
    const row = this.#host.rows[hitIndex(event.composedPath())]
    const isDraggable = row && !isGhost(row) && (hits(event, '.name') || this.#host.selected.has(row.id))
    this.#host.band.wasDrawn = false
    if (!isDraggable) this.#host.band.start(event)
  }

  readonly move = (event: PointerEvent) => {
    this.#longPress.move(event)
    const index = hitIndex(event.composedPath())
    this.hovered = event.pointerType === 'mouse' && index >= 0 ? index : null
  }

  readonly up = () => this.#longPress.cancel()

  readonly leave = () => {
    this.hovered = null
    this.#longPress.cancel()
  }

  readonly click = (event: MouseEvent) => {
    if (
      this.#longPress.wasHeld ||
      this.#host.band.wasDrawn ||
      hits(event, '.head, .above, wherry-rename-field')
    )
      return
    const index = hitIndex(event.composedPath())
    const control = event.ctrlKey || event.metaKey
    if (hits(event, '.more button')) {
      tell(this.#host, 'list-menu', { index, x: event.clientX, y: event.clientY })
    } else if (hits(event, 'input[type="checkbox"]')) {
      tell(this.#host, 'list-select', { index, range: event.shiftKey, toggle: true })
    } else if (this.#pointerType === 'mouse') {
      tell(this.#host, 'list-select', { index, range: event.shiftKey, toggle: control })
    } else if (index >= 0) {
      const { selected, isGiven } = this.#host
      if (selected.size > 0 && !isGiven)
        tell(this.#host, 'list-select', { index, range: false, toggle: true })
      else tell(this.#host, 'list-open', { index })
    }
  }

  readonly doubleClick = (event: MouseEvent) => {
    const index = hitIndex(event.composedPath())
    if (index >= 0 && this.#pointerType === 'mouse' && !hits(event, 'input, button, wherry-rename-field')) {
      tell(this.#host, 'list-open', { index })
    }
  }

  readonly contextMenu = (event: MouseEvent) => {
    if (hits(event, 'wherry-rename-field')) return
    event.preventDefault()
    this.#longPress.cancel()
    if (this.#longPress.wasHeld) return
    tell(this.#host, 'list-menu', {
      index: hitIndex(event.composedPath()),
      x: event.clientX,
      y: event.clientY,
    })
  }

  readonly dragStart = (event: DragEvent) => {
    const index = hitIndex(event.composedPath())
    const row = this.#host.rows[index]
    if (!row || isGhost(row)) return
    if (!this.#host.selected.has(row.id))
      tell(this.#host, 'list-select', { index, range: false, toggle: false })
    const selected = this.#host.selected.has(row.id) ? this.#host.selected : new Set([row.id])
    startDrag(
      event,
      this.#host.rows.filter(isEntry).filter(one => selected.has(one.id)),
    )
  }

  readonly dragOver = (event: DragEvent) => {
    const target = isDraggingEntries(event) ? this.#folderAt(event) : null
    if (target) event.preventDefault()
    this.#setDrop(target ? hitIndex(event.composedPath()) : -1)
  }

  readonly dragLeave = () => this.#setDrop(-1)

  readonly drop = (event: DragEvent) => {
    this.#setDrop(-1)
    const target = this.#folderAt(event)
    if (target) draggedEntries(event, target, this.#host)
  }

  #folderAt(event: DragEvent) {
    const row = this.#host.rows[hitIndex(event.composedPath())]
    return row && !isGhost(row) && row.kind === 'folder' && !this.#host.selected.has(row.id) ? row : null
  }

  #setDrop(index: number) {
    if (index === this.dropIndex) return
    this.dropIndex = index
    this.#host.requestUpdate()
  }
}
