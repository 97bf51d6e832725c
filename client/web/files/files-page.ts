import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { FolderChange, HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { go } from '../app/router.ts'
import { folderPath } from '../app/routes.ts'
import { readSettings, writeSettings } from '../app/settings.ts'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import type { Menu } from '../ui/menu.ts'
import '../ui/menu.ts'
import { copy, move, rename } from './actions.ts'
import './breadcrumbs.ts'
import { type CommandName, isCommandName } from './commands.ts'
import type { DropTarget } from './drag.ts'
import './empty-folder.ts'
import './entry-list.ts'
import type { EntryList } from './entry-list.ts'
import { FileCommands } from './file-commands.ts'
import { filesStyles } from './files-styles.ts'
import { FolderView } from './folder-view.ts'
import { handleKey, TypeAhead } from './keyboard.ts'
import type { ListEvents } from './list-events.ts'
import { LiveRows } from './live-rows.ts'
import { menuItems } from './menu-items.ts'
import { keepPageState, keptPageState } from './page-state.ts'
import './presence.ts'
import { isEntry, isGhost, type ListOrder, type Row } from './rows.ts'
import * as select from './selection.ts'
import './selection-bar.ts'
import { crumbsOf, ShownFolder } from './shown-folder.ts'

/** A folder, live: list or grid, selection, commands, details. */
@customElement('wherry-files-page')
export class FilesPage extends LitElement {
  @consume({ context: clientContext }) readonly client!: HubClient
  /** Id of the folder; a file's id opens its folder with the file selected. */
  @property() place = ''
  @property() filter = ''
  @state() selection: select.Selection = select.nothingSelected
  @state() renaming: string | null = null
  @state() cut: ReadonlySet<string> = new Set()
  @state() dialog: TemplateResult | null = null
  @state() private order: ListOrder = { by: 'name', descending: false }
  @state() private view = readSettings().view
  @state() private details = readSettings().details
  @query('wherry-entry-list') readonly list!: EntryList | null
  @query('wherry-menu') private readonly menu!: Menu
  readonly folder: FolderView = new FolderView(this, {
    client: () => this.client,
    changed: change => this.#changed(change),
    isFile: ({ entry }) => this.#openFileDeepLink(entry),
  })
  readonly #live: LiveRows = new LiveRows(this, () => this.client.user?.id)
  readonly #shown = new ShownFolder()
  readonly #typeAhead = new TypeAhead()
  readonly #commands = new FileCommands(this)
  #restoreTop = 0
  #pendingSelection: string | null = null

  static override styles = [base, buttons, filesStyles]

  /** The selected entries, in the order of the list. */
  get selected(): Entry[] {
    const { live } = this.folder
    if (!live || this.selection.ids.size === 0) return []
    return this.rows.filter(isEntry).filter(row => this.selection.ids.has(row.id))
  }

  /** What the list shows, in its order. */
  get rows(): readonly Row[] {
    return this.#live.rows
  }

  override focus(): void {
    this.list?.focus()
  }

  run(name: string): void {
    if (isCommandName(name)) this.#commands.run(name)
  }

  /** Entries were dropped somewhere. */
  receive({ entries, target, copy: isCopy }: { entries: string[]; target: DropTarget; copy: boolean }): void {
    const dropped = entries.flatMap(id => this.folder.live?.get(id) ?? [])
    if (dropped.length === 0) return
    const desk = { client: this.client, host: this }
    if (isCopy) void copy(desk, dropped, target)
    else void move(desk, dropped, this.place, target)
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('place')) this.#open()
    if (changed.has('filter') || changed.has('order' as keyof FilesPage)) this.#buildRows()
  }

  #open() {
    const { top, selection } = keptPageState()
    this.#restoreTop = top
    this.selection = this.#pendingSelection ? select.selectOnly(this.#pendingSelection) : selection
    this.#pendingSelection = null
    this.renaming = null
    this.dialog = null
    this.#live.clearNews()
    this.folder.info = this.folder.info?.entry.id === this.place ? this.folder.info : null
    this.folder.open(this.place)
    if (this.order.by !== 'person') this.folder.live?.setOrder(this.order)
    this.#buildRows()
  }

  #buildRows() {
    this.#live.build(this.folder.live, this.order, this.filter)
  }

  #changed(change: FolderChange) {
    const before = this.rows
    this.#live.apply(change, this.folder.live, this.order, this.filter)
    this.selection = select.without(this.selection, change.removed, before, this.rows)
    this.requestUpdate()
  }

  override firstUpdated() {
    // Beside the list, so it does not have to be there with it.
    void import('./details-pane.ts')
  }

  override updated() {
    if (this.#restoreTop > 0 && this.list && this.rows.length > 0) {
      this.list.offset = this.#restoreTop
      if (this.list.offset >= this.#restoreTop - 1 || this.folder.live?.status === 'live')
        this.#restoreTop = 0
    }
    this.#shown.tell(this, this.folder.info, this.client.user?.id)
  }

  override connectedCallback() {
    super.connectedCallback()
    document.addEventListener('keydown', this.#pressed)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#pressed)
  }

  #openFileDeepLink(entry: Entry) {
    this.#pendingSelection = entry.id
    if (entry.folder) go(folderPath(entry.folder), { replace: true })
  }

  /** From the root of the space down to the open folder. */
  get crumbs(): DropTarget[] {
    return crumbsOf(this.folder.info, this.client.user?.id)
  }

  override render() {
    const { live, info } = this.folder
    const crumbs = this.crumbs
    const here = info && { ...info.entry, name: crumbs.at(-1)?.name ?? info.entry.name }
    const shownEntry = this.selected.length === 1 ? this.selected[0] : here
    return html`<div class="page ${this.details ? 'with-details' : ''}">
        <section class="main" aria-label=${info?.entry.name ?? msg('Folder')}>
          <header>
            <wherry-breadcrumbs .path=${crumbs}></wherry-breadcrumbs>
            <div class="who">
              <wherry-presence .people=${live?.people ?? []}></wherry-presence>
              ${info?.level === 'admin' ? html`<button @click=${() => this.#commands.openAccess(info.entry)}>${icons.userPlus}${msg('Access')}</button>` : null}
            </div>
          </header>
          <wherry-selection-bar
            .selected=${this.selected}
            .total=${live?.total ?? 0}
            .view=${this.view}
            ?details=${this.details}
            .can=${this.#commands.can}
            @command=${(event: CustomEvent<CommandName>) => this.run(event.detail)}
            @view=${this.#changeView}
            @more=${(event: CustomEvent<{ x: number; y: number }>) => this.#openMenu(event.detail)}
          ></wherry-selection-bar>
          ${this.#body()}
        </section>
        <wherry-details-pane
          aria-label=${msg('Details')}
          role="complementary"
          .entry=${shownEntry}
          .where=${crumbs.map(crumb => crumb.name).join(' / ')}
          ?admin=${info?.level === 'admin' && this.details}
          @access=${() => shownEntry && this.#commands.openAccess(shownEntry)}
        ></wherry-details-pane>
      </div>
      <wherry-menu label=${msg('Actions')}></wherry-menu>
      ${this.dialog}`
  }

  #body() {
    const { live, isGone } = this.folder
    if (isGone || live?.status === 'gone')
      return html`<wherry-empty-folder state="gone"></wherry-empty-folder>`
    if (this.rows.length === 0) {
      if (live?.status === 'loading') return html`<p class="loading" role="status">${msg('Loading…')}</p>`
      return html`<wherry-empty-folder
        tabindex="-1"
        .state=${this.filter ? 'noMatch' : 'empty'}
        .filter=${this.filter}
        ?writable=${this.#commands.can('uploadFiles')}
        @command=${(event: CustomEvent<CommandName>) => this.run(event.detail)}
        @contextmenu=${this.#emptyMenu}
      ></wherry-empty-folder>`
    }
    return html`<wherry-entry-list
      .rows=${this.rows}
      .selected=${this.selection.ids}
      .cursor=${this.selection.cursor}
      .view=${this.view}
      .order=${this.order}
      .news=${this.#live.news}
      .cut=${this.cut}
      .renaming=${this.renaming}
      .isTaken=${this.isTaken}
      .listKey=${`${this.place} ${this.filter} ${this.order.by} ${this.order.descending}`}
      .label=${this.folder.info?.entry.name ?? msg('Folder')}
      .me=${this.client.user?.id}
      @list-select=${(event: CustomEvent<ListEvents['list-select']>) => this.#select(event.detail)}
      @list-open=${(event: CustomEvent<ListEvents['list-open']>) => this.#openAt(event.detail.index)}
      @list-menu=${(event: CustomEvent<ListEvents['list-menu']>) => this.#menuAt(event.detail)}
      @list-band=${(event: CustomEvent<ListEvents['list-band']>) => {
        this.selection = select.selectMany(event.detail.ids)
      }}
      @list-order=${(event: CustomEvent<ListOrder>) => this.#sort(event.detail)}
      @list-all=${(event: CustomEvent<ListEvents['list-all']>) => this.run(event.detail.selected ? 'selectAll' : 'clear')}
      @list-rename=${(event: CustomEvent<ListEvents['list-rename']>) => this.#rename(event.detail)}
      @list-scroll=${() => this.#keep()}
    ></wherry-entry-list>`
  }

  readonly isTaken = (name: string): boolean => this.folder.live?.find(name) !== undefined

  #keep() {
    if (this.list) keepPageState(this.list.offset, this.selection)
  }

  /** Moves cursor and selection, and keeps them with the history. */
  setSelection(selection: select.Selection): void {
    this.selection = selection
    const index = select.indexOf(this.rows, selection.cursor)
    if (index >= 0) this.list?.reveal(index)
    this.#keep()
  }

  #select({ index, range, toggle }: ListEvents['list-select']) {
    const row = this.rows[index]
    if (!row || isGhost(row)) {
      if (!range && !toggle) this.selection = select.nothingSelected
    } else if (range) this.selection = select.extendTo(this.selection, this.rows, index)
    else this.selection = toggle ? select.toggle(this.selection, row.id) : select.selectOnly(row.id)
    this.#keep()
  }

  #openAt(index: number) {
    const row = this.rows[index]
    if (row && !isGhost(row)) this.#commands.open(row)
  }

  #menuAt({ index, x, y }: ListEvents['list-menu']) {
    const row = this.rows[index]
    if (row && !isGhost(row)) {
      if (!this.selection.ids.has(row.id)) this.selection = select.selectOnly(row.id)
    } else this.selection = select.nothingSelected
    this.#openMenu({ x, y })
  }

  #openMenu({ x, y }: { x: number; y: number }) {
    void this.menu.openAt(x, y, menuItems(this.#commands, this.selection.ids.size > 0))
  }

  #emptyMenu = (event: MouseEvent) => {
    event.preventDefault()
    this.#openMenu({ x: event.clientX, y: event.clientY })
  }

  #sort(order: ListOrder) {
    this.order = order
    if (order.by !== 'person') this.folder.live?.setOrder(order)
    this.#buildRows()
  }

  #rename({ id, name }: ListEvents['list-rename']) {
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
    this.details = !this.details
    writeSettings({ details: this.details })
  }

  #pressed = (event: KeyboardEvent) =>
    handleKey(event, this, this.#commands, this.#typeAhead, this.#menuForKey)

  #menuForKey = () => {
    const index = select.indexOf(this.rows, this.selection.cursor)
    if (this.list) this.#menuAt({ index, ...this.list.pointOf(index) })
  }
}
