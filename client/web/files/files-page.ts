import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { FolderChange, HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { loadLater } from '../app/load-later.ts'
import { loadPart } from '../app/load-part.ts'
import { titleOpen } from '../app/page-title.ts'
import { request } from '../app/requests.ts'
import { go } from '../app/router.ts'
import { folderPath } from '../app/routes.ts'
import { readSettings, writeSettings } from '../app/settings.ts'
import { base, buttons } from '../styles/controls.ts'
import { plainName } from '../text/plain-name.ts'
import { icons } from '../ui/icons.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import type { Menu, MenuItem } from '../ui/menu.ts'
import { loadActions, rename } from './lazy-actions.ts'
import './breadcrumbs.ts'
import type { Crumb } from './breadcrumbs.ts'
import { type CommandName, isCommandName } from './commands.ts'
import type { Drop } from './drag.ts'
import type { EntryList } from './entry-list.ts'
import { FileCommands } from './file-commands.ts'
import { filesStyles } from './files-styles.ts'
import { folderList, folderWithoutRows, type ListHandlers } from './folder-body.ts'
import { type FolderInfo, FolderView } from './folder-view.ts'
import { handleKey, TypeAhead } from './keyboard.ts'
import { ListArrival } from './list-arrival.ts'
import type { ListEvents } from './list-events.ts'
import { LiveRows } from './live-rows.ts'
import { keepPageState, keptPageState } from './page-state.ts'
import { isGhost, type ListOrder, type Row } from './rows.ts'
import { SelectedEntries } from './selected-entries.ts'
import * as select from './selection.ts'
import './selection-bar.ts'
import { ShownFolder } from './shown-folder.ts'

/** As in files-styles.ts, in pixels. */
const widthForDetails = 900

/** Of the window. */
type Point = { x: number; y: number }
type MenuPart = typeof import('./menu-items.ts')

/** A folder, live: list or grid, selection, commands, details. */
@customElement('wherry-files-page')
export class FilesPage extends LitElement {
  @consume({ context: clientContext }) readonly client!: HubClient
  /** Id of the folder; a file's id opens its folder with the file selected. */
  @property() place = ''
  @property() filter = ''
  /** The uploads in the tray, which need no rows here. */
  @property({ attribute: false }) ownUploads: ReadonlySet<string> = new Set()
  @state() selection: select.Selection = select.nothingSelected
  @state() renaming: string | null = null
  @state() cut: ReadonlySet<string> = new Set()
  @state() dialog: TemplateResult | null = null
  @state() private order: ListOrder = { by: 'name', descending: false }
  @state() private view = readSettings().view
  @state() private details = readSettings().details
  /** Named at the head of the menu where that is a sheet, which covers the row. */
  @state() private chosen = ''
  /** The details are shown in a dialog, where there is no room beside the list. */
  @state() private isSheetOpen = false
  @query('wherry-entry-list') readonly list!: EntryList | null
  @query('wherry-menu') private readonly menu!: Menu
  readonly folder: FolderView = new FolderView(this, {
    client: () => this.client,
    changed: change => this.#changed(change),
    isFile: info => this.#openFile(info),
  })
  readonly #live: LiveRows = new LiveRows(this, () => this.client.user?.id)
  readonly #selected = new SelectedEntries()
  readonly #shown = new ShownFolder()
  readonly #typeAhead = new TypeAhead()
  readonly #commands = new FileCommands(this)
  readonly #arrival = new ListArrival()
  #pendingSelection: string | null = null

  static override styles = [base, buttons, filesStyles]

  constructor() {
    super()
    new LostFocus(this, () => this.#arrival.follow())
  }

  /** The selected entries, in the order of the list. */
  get selected(): Entry[] {
    return this.#selected.of(this.rows, this.selection.ids)
  }

  /** What the list shows, in its order. */
  get rows(): readonly Row[] {
    return this.#live.rows
  }

  get hasDialog(): boolean {
    return this.dialog !== null || this.isSheetOpen
  }

  override focus(): void {
    const place = this.list ?? this.renderRoot.querySelector<HTMLElement>('wherry-empty-folder')
    place?.focus()
  }

  run(name: string): void {
    if (isCommandName(name)) this.#commands.run(name)
  }

  can(name: string): boolean {
    return isCommandName(name) && this.#commands.can(name)
  }

  /** Entries were dropped somewhere. */
  receive(drop: Drop): void {
    this.#commands.receive(drop)
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('place')) this.#open()
    if (changed.has('filter') || changed.has('ownUploads') || changed.has('order' as keyof FilesPage))
      this.#buildRows()
    this.#commands.closeForbidden()
    this.#commands.closeRenaming()
  }

  #open() {
    const { top, selection } = keptPageState()
    this.#arrival.begin(top, this.#pendingSelection, Boolean(this.shadowRoot?.activeElement))
    this.selection = this.#pendingSelection ? select.give(this.#pendingSelection) : selection
    this.#pendingSelection = null
    this.renaming = null
    this.dialog = null
    this.isSheetOpen = false
    this.#live.clearNews()
    this.folder.info = this.folder.info?.entry.id === this.place ? this.folder.info : null
    this.folder.open(this.place)
    if (this.order.by !== 'person') this.folder.live?.setOrder(this.order)
    this.#buildRows()
  }

  #buildRows() {
    this.#live.build(this.#toShow)
  }

  get #toShow() {
    const { order, filter, ownUploads } = this
    return { folder: this.folder.live, order, filter, ownUploads }
  }

  #changed(change: FolderChange) {
    const before = this.rows
    this.#live.apply(change, this.#toShow, () => {
      const hadSelected = this.selection.ids.size > 0
      this.selection = select.without(this.selection, change.removed, before, this.rows)
      // Its commands were for what was selected.
      if (hadSelected && this.selection.ids.size === 0) this.menu.close()
      this.#selected.replaced(this.rows, [...change.removed, ...change.put.map(({ id }) => id)])
    })
    this.requestUpdate()
  }

  override firstUpdated() {
    // Beside and over the list, so they do not have to be there with it.
    void loadLater(() => import('./details-pane.ts'))
    void loadLater(() => import('./presence.ts'))
    void loadLater(() => import('./rename-field.ts'))
    void loadLater(() => import('./menu-items.ts'))
    void loadLater(loadActions)
  }

  override updated(changed: PropertyValues<this>) {
    if (!changed.has('place')) this.#arrival.filtered(this.list, changed.get('filter'), this.filter)
    this.#arrival.settle({
      list: this.list,
      substitute: this.renderRoot.querySelector<LitElement>('wherry-empty-folder'),
      rows: this.rows,
      isWhole: this.folder.live?.status === 'live',
    })
    this.#shown.tell(this, this.folder.info, this.client.user?.id, this.#isGone)
  }

  override connectedCallback() {
    super.connectedCallback()
    document.addEventListener('keydown', this.#pressed)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#pressed)
    titleOpen(null)
  }

  /** In its folder, or alone for those who may read nothing around it. */
  #openFile({ entry, path }: FolderInfo) {
    const folder = path.at(-1)
    if (folder && folder.id === entry.folder) {
      this.#pendingSelection = entry.id
      go(folderPath(folder.id), { replace: true })
    } else void this.#previewAlone(entry)
  }

  async #previewAlone(entry: Entry) {
    await customElements.whenDefined('wherry-preview')
    if (!this.isConnected || this.place !== entry.id) return
    // A preview is closed by leaving its place, so this comes first.
    go('/shared', { replace: true })
    request(this, 'wherry-preview-request', { entry, siblings: () => [entry] })
  }

  get #isGone(): boolean {
    return this.folder.isGone || this.folder.live?.status === 'gone'
  }

  /** From the outermost place down to the open folder. */
  get crumbs(): readonly Crumb[] {
    return this.#shown.place(this.folder.info, this.client.user?.id).crumbs
  }

  override render() {
    const { live, info } = this.folder
    const { crumbs } = this
    return html`<div class="page ${this.details && info ? 'with-details' : ''}">
        <section class="main" aria-label=${info?.entry.name ?? msg('Folder')}>
          <header>
            <wherry-breadcrumbs .path=${crumbs}></wherry-breadcrumbs>
            <div class="who">
              <wherry-presence .people=${live?.people ?? []}></wherry-presence>
              ${info?.level === 'admin' ? html`<button aria-label=${msg('Access')} @click=${() => this.#commands.openAccess(info.entry)}>${icons.userPlus}<span>${msg('Access')}</span></button>` : null}
            </div>
          </header>
          <wherry-selection-bar
            .selected=${this.selected}
            .total=${live && (live.total > 0 || live.status !== 'loading') ? live.total : null}
            .matching=${this.filter ? this.rows.length : null}
            ?hidden=${!info || this.#isGone}
            .view=${this.view}
            ?details=${this.details}
            .can=${this.#commands.can}
            @command=${(event: CustomEvent<CommandName>) => this.run(event.detail)}
            @view=${this.#changeView}
            @sort=${(event: CustomEvent<Point>) => this.#openSortMenu(event.detail)}
            @more=${(event: CustomEvent<Point>) => this.#openMenu(event.detail)}
          ></wherry-selection-bar>
          ${this.#body()}
        </section>
        ${this.isSheetOpen ? null : this.#details(this.details)}
      </div>
      ${
        this.isSheetOpen
          ? html`<wherry-dialog heading=${msg('Details')} @close=${this.#closeSheet}>${this.#details(true)}</wherry-dialog>`
          : null
      }
      <wherry-menu label=${msg('Actions')}>${this.chosen ? html`<p class="chosen">${this.chosen}</p>` : null}</wherry-menu>
      ${this.dialog}`
  }

  #details(isShown: boolean) {
    const { info } = this.folder
    const { crumbs, here } = this.#shown.place(info, this.client.user?.id)
    const [entry] = this.selected.length === 1 ? this.selected : [here]
    return html`<wherry-details-pane
      aria-label=${msg('Details')}
      role="complementary"
      .entry=${entry}
      .selected=${this.selected}
      .where=${crumbs.map(crumb => crumb.name).join(' / ')}
      ?shown=${isShown}
      ?admin=${info?.level === 'admin' && isShown}
      @access=${() => entry && this.#changeAccess(entry)}
    ></wherry-details-pane>`
  }

  #changeAccess(entry: Entry) {
    this.isSheetOpen = false
    this.#commands.openAccess(entry)
  }

  #closeSheet = () => {
    this.isSheetOpen = false
  }

  #body() {
    const { live, info } = this.folder
    if (this.#isGone || this.rows.length === 0) {
      return folderWithoutRows({
        isGone: this.#isGone,
        isLoading: live?.status === 'loading',
        filter: this.filter,
        isWritable: this.#commands.can('uploadFiles'),
        run: name => this.run(name),
        openMenu: at => this.#openMenu(at),
      })
    }
    const { rows, view, order, cut, renaming, isTaken, selection } = this
    return folderList(
      {
        ...{ rows, view, order, cut, renaming, isTaken },
        selected: selection.ids,
        isGiven: selection.isGiven ?? false,
        shownSelected: this.selected.length,
        cursor: selection.cursor,
        news: this.#live.news,
        listKey: this.#live.key,
        label: info?.entry.name ?? msg('Folder'),
        me: this.client.user?.id,
      },
      this.#listHandlers,
    )
  }

  readonly #listHandlers: ListHandlers = {
    'list-select': gesture => {
      this.selection = select.byGesture(this.selection, this.rows, gesture)
      this.#keep()
    },
    'list-open': ({ index }) => {
      const row = this.rows[index]
      if (row && !isGhost(row)) this.#commands.open(row)
    },
    'list-menu': at => this.#menuAt(at),
    'list-band': ({ ids }) => {
      this.selection = select.selectMany(ids)
    },
    'list-order': order => this.#sort(order),
    'list-all': ({ selected }) => this.run(selected ? 'selectAll' : 'clear'),
    'list-rename': ({ id, name }) => this.#rename(id, name),
    'list-scroll': () => this.#keep(),
  }

  readonly isTaken = (name: string): boolean => this.folder.live?.find(name) !== undefined

  #keep() {
    if (this.list) keepPageState(this.list.offset, this.selection)
  }

  /** Moves cursor and selection, and keeps them with the history. */
  setSelection(selection: select.Selection): void {
    const isCleared = selection.ids.size === 0 && selection.cursor === this.selection.cursor
    this.selection = selection
    const index = select.indexOf(this.rows, selection.cursor)
    if (index >= 0 && !isCleared) this.list?.reveal(index)
    this.#keep()
  }

  #menuAt({ index, x, y }: ListEvents['list-menu']) {
    const row = this.rows[index]
    if (row && !isGhost(row)) {
      if (!this.selection.ids.has(row.id)) this.selection = select.selectOnly(row.id)
    } else this.selection = select.selectNone(this.selection)
    this.#openMenu({ x, y })
  }

  async #showMenu({ x, y }: Point, itemsOf: (part: MenuPart) => MenuItem[], label?: string) {
    const part = await loadPart(this, import('./menu-items.ts'))
    if (part) await this.menu.openAt(x, y, itemsOf(part), label)
  }

  #openMenu(at: Point) {
    const [one, another] = this.selected
    this.chosen = one && !another ? plainName(one.name) : ''
    void this.#showMenu(at, part => part.menuItems(this.#commands, this.selection.ids.size > 0))
  }

  #openSortMenu(at: Point) {
    this.chosen = ''
    void this.#showMenu(at, part => part.sortItems(this.order, order => this.#sort(order)), msg('Sort'))
  }

  #sort(order: ListOrder) {
    this.order = order
    if (order.by !== 'person') this.folder.live?.setOrder(order)
    this.#buildRows()
  }

  #rename(id: string, name: string | null) {
    if (this.renaming !== id) return
    this.renaming = null
    this.list?.focus()
    const entry = this.folder.live?.get(id)
    if (entry && name !== null) void rename({ client: this.client, host: this }, entry, name)
  }

  #changeView = () => {
    this.view = this.view === 'list' ? 'grid' : 'list'
    writeSettings({ view: this.view })
  }

  toggleDetails(): void {
    if (this.offsetWidth < widthForDetails) return void this.#openSheet()
    this.details = !this.details
    writeSettings({ details: this.details })
  }

  async #openSheet() {
    this.isSheetOpen = (await loadPart(this, import('../ui/dialog.ts'))) !== null
  }

  #pressed = (event: KeyboardEvent) =>
    handleKey(event, this, this.#commands, this.#typeAhead, this.#menuForKey)

  #menuForKey = () => {
    const { ids, cursor } = this.selection
    const index = ids.size > 0 ? select.indexOf(this.rows, cursor) : -1
    if (this.list) return this.#menuAt({ index, ...this.list.pointOf(index) })
    const box = this.renderRoot
      .querySelector('wherry-empty-folder:not([state="gone"])')
      ?.getBoundingClientRect()
    if (box) this.#openMenu({ x: box.left + box.width / 3, y: box.top + box.height / 3 })
  }
}
