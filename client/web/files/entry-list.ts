import { msg, str } from '@lit/localize'
import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { cssom } from '../styles/cssom.ts'
import { icons } from '../ui/icons.ts'
import { checkboxStyles } from './checkbox-styles.ts'
import { entryRow, ghostRow, type RowState } from './entry-row.ts'
import { entryTile } from './entry-tile.ts'
import { kindStyles } from './kind-styles.ts'
import { tell } from './list-events.ts'
import { listHeader } from './list-header.ts'
import { ListPointer } from './list-pointer.ts'
import { listShape } from './list-shape.ts'
import { listStyles } from './list-styles.ts'
import { rowStateStyles } from './row-state-styles.ts'
import { rowStyles } from './row-styles.ts'
import { isGhost, type ListOrder, type Row, rowId } from './rows.ts'
import { type Band, RubberBand } from './rubber-band.ts'
import { anchorShift } from './scroll-anchor.ts'
import { indexOf } from './selection.ts'
import { tileStyles } from './tile-styles.ts'
import { VirtualWindow } from './virtual-window.ts'

/**
 * The rows of a folder, as list or grid, however many. The focus stays on the grid itself and `aria-activedescendant` names
 * the row of the cursor, because a virtual list's elements are reused for other rows.
 */
@customElement('wherry-entry-list')
export class EntryList extends LitElement {
  @property({ attribute: false }) rows: readonly Row[] = []
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set()
  /** The page selected it, and no hand. */
  @property({ attribute: false }) isGiven = false
  /** How many of the rows are selected; a filter may hide others. */
  @property({ attribute: false }) shownSelected = 0
  @property() cursor: string | null = null
  @property() view: 'list' | 'grid' = 'list'
  @property({ attribute: false }) order: ListOrder = { by: 'name', descending: false }
  @property({ attribute: false }) news: ReadonlyMap<string, string> = new Map()
  @property({ attribute: false }) cut: ReadonlySet<string> = new Set()
  @property() renaming: string | null = null
  @property({ attribute: false }) isTaken: (name: string) => boolean = () => false
  /** Names what is listed: when it changes, the rows are others and nothing has to be held still. */
  @property() listKey = ''
  @property() label = ''
  @property() me: string | undefined
  @state() private width = 0
  /** Rows that came above what is in view. */
  @state() private above = 0
  @query('.scroller') private readonly scroller!: HTMLElement
  #shift = 0
  #scrollTimer = 0
  /** Where the cursor was last. */
  #cursorAt = 0
  readonly #window: VirtualWindow = new VirtualWindow(this, () => this.scroller)
  readonly #pointer = new ListPointer(this)
  readonly band: RubberBand = new RubberBand(
    this,
    () => this.scroller,
    band => this.#selectBand(band),
  )
  readonly #resize = new ResizeObserver(([entry]) => {
    this.width = entry?.contentRect.width ?? this.width
  })

  static override styles = [
    base,
    buttons,
    kindStyles,
    checkboxStyles,
    rowStyles,
    tileStyles,
    rowStateStyles,
    listStyles,
  ]

  get shape() {
    return listShape(this.view, this.width)
  }

  get pageRows(): number {
    return Math.max(1, Math.floor(this.#window.freeHeight / this.shape.rowHeight) - 1)
  }

  get offset(): number {
    return this.scroller.scrollTop
  }

  set offset(top: number) {
    this.scroller.scrollTop = top
  }

  override focus(): void {
    this.scroller.focus({ preventScroll: true })
  }

  reveal(index: number): void {
    this.#window.reveal(Math.floor(index / this.shape.columns))
  }

  /** Where a menu for the row opens when no pointer says it. */
  pointOf(index: number): { x: number; y: number } {
    const row = this.renderRoot.querySelector(`#r${index}`) ?? this.scroller
    const box = row.getBoundingClientRect()
    return { x: box.left + box.width / 3, y: Math.min(box.bottom, box.top + this.shape.rowHeight) }
  }

  override connectedCallback() {
    super.connectedCallback()
    this.#resize.observe(this)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#resize.disconnect()
  }

  override willUpdate(changed: PropertyValues<this>) {
    // What is revealed first is to be found by the height that the rows really have.
    if (!this.hasUpdated) this.width = this.getBoundingClientRect().width
    const { columns, rowHeight, top } = this.shape
    this.#window.setShape({ count: Math.ceil(this.rows.length / columns), rowHeight, top })
    const before = changed.get('rows')
    if (changed.has('listKey')) this.above = 0
    else if (before && before.length > 0) this.#holdStill(before, columns, rowHeight)
  }

  /** Measures how far what is in view moved; the scroll position follows after rendering. */
  #holdStill(before: readonly Row[], columns: number, rowHeight: number) {
    const first = Math.ceil(this.scroller.scrollTop / rowHeight) * columns
    const last = first + (this.pageRows + 1) * columns
    const moved = anchorShift(before, this.rows, { first, last, hovered: this.#pointer.hovered })
    this.#shift = Math.trunc(moved / columns) * rowHeight
    this.#window.moveBy(this.#shift)
    if (moved > 0) this.above += moved
  }

  override updated() {
    if (this.#shift === 0) return
    const from = this.scroller.scrollTop
    this.scroller.scrollTop += this.#shift
    this.#shift = 0
    if (this.scroller.scrollTop === from) this.above = 0
  }

  override render() {
    const { columns, isNarrow } = this.shape
    const { first, last, offset } = this.#window.rows
    const cursor = indexOf(this.rows, this.cursor, this.#cursorAt)
    this.#cursorAt = Math.max(0, cursor)
    const checked =
      this.shownSelected === 0 ? 'none' : this.shownSelected >= this.rows.length ? 'all' : 'some'
    const rows: TemplateResult[] = []
    for (let row = first; row <= last; row++) rows.push(this.#row(row, columns))
    return html`<div
        class="scroller"
        role="grid"
        tabindex="0"
        aria-label=${this.label}
        aria-multiselectable="true"
        aria-rowcount=${Math.ceil(this.rows.length / columns) + 1}
        aria-activedescendant=${cursor === -1 ? '' : `r${cursor}`}
        @scroll=${this.#scrolled}
        @pointerdown=${this.#pointer.down}
        @pointermove=${this.#pointer.move}
        @pointerup=${this.#pointer.up}
        @pointerleave=${this.#pointer.leave}
        @pointercancel=${this.#pointer.up}
        @click=${this.#pointer.click}
        @dblclick=${this.#pointer.doubleClick}
        @contextmenu=${this.#pointer.contextMenu}
        @dragstart=${this.#pointer.dragStart}
        @dragover=${this.#pointer.dragOver}
        @dragleave=${this.#pointer.dragLeave}
        @drop=${this.#pointer.drop}
      >
        ${isNarrow ? null : listHeader(this, this.order, checked)}
        <div class="sizer" role="presentation" ${cssom({ 'block-size': `${this.#window.height}px` })}>
          <div class="window" role="rowgroup" ${cssom({ transform: `translateY(${offset}px)`, '--columns': String(columns) })}>
            ${rows}
          </div>
          ${this.#renameField()}
        </div>
        ${this.#bandBox()}
      </div>
      ${this.above > 0 ? html`<button class="above" @click=${this.#toTop}>${icons.arrowUp}${msg(str`${this.above} new above`)}</button>` : null}`
  }

  #row(row: number, columns: number): TemplateResult {
    if (this.view === 'list') return this.#entry(row)
    const tiles: TemplateResult[] = []
    for (let i = row * columns; i < Math.min(this.rows.length, (row + 1) * columns); i++)
      tiles.push(this.#entry(i))
    return html`<div class="tiles" role="row" aria-rowindex=${row + 2}>${tiles}</div>`
  }

  #entry(index: number): TemplateResult {
    const row = this.rows[index]
    if (!row) return html``
    const id = rowId(row)
    const rowState: RowState = {
      index,
      isSelected: this.selected.has(id),
      isCursor: this.cursor === id,
      isCut: this.cut.has(id),
      isDropTarget: this.#pointer.dropIndex === index,
      news: this.news.get(id),
      isRenaming: this.renaming === id,
    }
    if (this.view === 'grid') return entryTile(row, rowState)
    return isGhost(row) ? ghostRow(row, rowState) : entryRow(row, rowState, this.me)
  }

  /** One field that floats over its row, so that it keeps its text and focus while rows move under it. */
  #renameField() {
    const index = indexOf(this.rows, this.renaming, this.#cursorAt)
    const row = this.rows[index]
    if (!row) return null
    const { columns, rowHeight } = this.shape
    const isTile = this.view === 'grid'
    const y = Math.floor(index / columns) * rowHeight + (isTile ? 88 : 0)
    const place = { '--columns': String(columns), '--column': String(index % columns) }
    const finish = (event: CustomEvent<string | null>) =>
      tell(this, 'list-rename', { id: rowId(row), name: event.detail })
    return html`<wherry-rename-field
      class=${isTile ? 'over-tile' : ''}
      .value=${row.name}
      .isTaken=${this.isTaken}
      @finish=${finish}
      @problem=${(event: CustomEvent<number>) => this.#window.revealDownTo(event.detail)}
      ${cssom({ ...place, transform: `translateY(${y}px)` })}
    ></wherry-rename-field>`
  }

  #bandBox() {
    const { band } = this.band
    if (!band) return null
    const transform = `translate(${band.left}px, ${band.top}px)`
    return html`<div class="band" ${cssom({ transform, width: `${band.width}px`, height: `${band.height}px` })}></div>`
  }

  #selectBand({ left, top, width, height }: Band) {
    const { columns, rowHeight, top: head } = this.shape
    const columnWidth = this.scroller.clientWidth / columns
    const isRtl = getComputedStyle(this).direction === 'rtl'
    const ids: string[] = []
    const firstRow = Math.max(0, Math.floor((top - head) / rowHeight))
    const lastRow = Math.floor((top - head + height) / rowHeight)
    const from = Math.max(0, Math.floor(left / columnWidth))
    const to = Math.min(columns - 1, Math.floor((left + width) / columnWidth))
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = from; column <= to; column++) {
        const entry = this.rows[row * columns + (isRtl ? columns - 1 - column : column)]
        if (entry && !isGhost(entry)) ids.push(entry.id)
      }
    }
    tell(this, 'list-band', { ids })
  }

  #scrolled = () => {
    if (this.scroller.scrollTop < this.shape.rowHeight) this.above = 0
    clearTimeout(this.#scrollTimer)
    this.#scrollTimer = window.setTimeout(() => tell(this, 'list-scroll', null), 150)
  }

  #toTop = () => {
    this.above = 0
    this.offset = 0
  }
}
