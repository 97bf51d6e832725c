import { msg } from '@lit/localize'
import { html, type LitElement, type TemplateResult } from 'lit'
import { includesLevel } from '../../../protocol/levels.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient, LiveFolder } from '../../core/api.ts'
import { loadPart } from '../app/load-part.ts'
import { request } from '../app/requests.ts'
import { go } from '../app/router.ts'
import { folderPath } from '../app/routes.ts'
import { hasKeyboard } from '../ui/pointing.ts'
import { announce, say } from '../ui/say.ts'
import { type Crumb, crumbPath } from './breadcrumbs.ts'
import { Clipboard } from './clipboard.ts'
import { type CommandName, commands } from './commands.ts'
import type { Drop, DropTarget } from './drag.ts'
import type { FolderInfo } from './folder-view.ts'
import { copy, copyLink, download, move, removeShown, sendDirectly } from './lazy-actions.ts'
import { isEntry, type Row } from './rows.ts'
import { give, indexOf, nothingSelected, type Selection, selectAll, selectNone } from './selection.ts'
import { openFolderOf } from './shown-folder.ts'

/** What the commands need of the folder page. */
export type CommandPage = LitElement & {
  readonly client: HubClient
  /** Id of the folder. */
  readonly place: string
  readonly folder: { readonly info: FolderInfo | null; readonly live: LiveFolder | null }
  /** From the outermost place down to the folder. */
  readonly crumbs: readonly Crumb[]
  readonly rows: readonly Row[]
  /** The selected entries, in the order of the list. */
  readonly selected: readonly Entry[]
  readonly selection: Selection
  setSelection(selection: Selection): void
  /** Those that wait to be pasted elsewhere. */
  cut: ReadonlySet<string>
  renaming: string | null
  dialog: TemplateResult | null
  readonly isTaken: (name: string) => boolean
  toggleDetails(): void
}

/** Runs the commands of commands.ts for the folder page. */
export class FileCommands {
  readonly #page: CommandPage
  readonly #clipboard = new Clipboard()
  /** If a dialog or the field for a name is open, it is open for this. */
  #latest: CommandName = 'help'

  constructor(page: CommandPage) {
    this.#page = page
  }

  /** True if the selection and the level in the folder allow it. */
  readonly can = (name: CommandName): boolean => {
    const { on } = commands[name]
    if (!this.#isAllowed(name)) return false
    if (name === 'paste') return !this.#clipboard.isEmpty
    if (name === 'copyLink') return this.#page.selection.ids.size === 1 && window.isSecureContext
    if (on === 'none') return true
    const { selected } = this.#page
    if (on === 'some') return selected.length > 0
    return selected.length === 1 && (on === 'one' || selected[0]?.kind === 'file')
  }

  #isAllowed(name: CommandName): boolean {
    return includesLevel(this.#page.folder.info?.level ?? null, commands[name].level)
  }

  /** Says why not, where it is the level in the folder. */
  refuse(name: CommandName): void {
    const { info } = this.#page.folder
    if (!info || this.#isAllowed(name)) return
    const text =
      info.level === 'read' ? msg('You may only read this folder.') : msg('You may not do that here.')
    say(this.#page, { text, tone: 'error' })
  }

  run(name: CommandName): void {
    if (!this.can(name)) return
    this.#latest = name
    this.#table[name]()
  }

  /** Closes what is open for something that the level in the folder does not allow any more. */
  closeForbidden(): void {
    const page = this.#page
    const isOpen = page.dialog !== null || page.renaming !== null
    if (!isOpen || this.#isAllowed(this.#latest)) return
    const hadField = page.renaming !== null
    page.dialog = null
    page.renaming = null
    if (hadField) page.focus()
    // Of a folder that is gone, the page itself says so.
    if (page.folder.info) say(page, { text: this.#forbiddenWords(), tone: 'error' })
  }

  /** Closes the field for a name whose row is gone. */
  closeRenaming(): void {
    const page = this.#page
    if (page.renaming === null || indexOf(page.rows, page.renaming) >= 0) return
    page.renaming = null
    page.focus()
    // Of a folder that is gone, the page itself says so.
    if (page.folder.live?.status !== 'gone')
      say(page, { text: msg('What you were renaming is not there any more.'), tone: 'error' })
  }

  #forbiddenWords(): string {
    return this.#latest === 'access'
      ? msg('You may not change who has access here any more.')
      : msg('You may not do that here any more.')
  }

  open(entry: Entry): void {
    if (entry.kind === 'folder') go(folderPath(entry.id))
    else void this.#preview(entry)
  }

  /** Entries were dropped somewhere. */
  receive({ entries, target, copy: isCopy }: Drop): void {
    const dropped = entries.flatMap(id => this.#page.folder.live?.get(id) ?? [])
    if (dropped.length === 0) return
    if (isCopy) void copy(this.#desk, dropped, target)
    else void move(this.#desk, dropped, this.#here, target)
  }

  openAccess(entry: Entry): void {
    this.#latest = 'access'
    const dialog = () =>
      html`<wherry-access-dialog .entry=${entry} @close=${this.#closed}></wherry-access-dialog>`
    void this.#show(import('../sharing/access-dialog.ts'), dialog)
  }

  async #show(part: Promise<unknown>, dialog: () => TemplateResult) {
    if (!(await loadPart(this.#page, part))) return
    // The last dialog is out of the page then, so that this one is not taken for it.
    await this.#page.updateComplete
    this.#page.dialog = dialog()
  }

  get #desk() {
    return { client: this.#page.client, host: this.#page }
  }

  get #here(): DropTarget {
    return { id: this.#page.place, name: this.#page.crumbs.at(-1)?.name ?? '' }
  }

  readonly #table: Record<CommandName, () => void> = {
    open: () => this.#withOne(entry => this.open(entry)),
    preview: () => this.#withOne(entry => void this.#preview(entry)),
    download: () => this.#download(),
    send: () => void sendDirectly(this.#desk, this.#page.selected),
    copyLink: () => this.#withOne(entry => void copyLink(this.#desk, entry)),
    access: () => this.#withOne(entry => this.openAccess(entry)),
    rename: () =>
      this.#withOne(entry => {
        this.#page.renaming = entry.id
      }),
    moveTo: () => this.#moveTo(),
    duplicate: () => void copy(this.#desk, this.#page.selected, this.#here, 'keepBoth'),
    cut: () => this.#take('cut'),
    copy: () => this.#take('copy'),
    paste: () => this.#paste(),
    delete: () => this.#delete(),
    newFolder: () => this.#newFolder(),
    uploadFiles: () => void this.#upload('files'),
    uploadFolder: () => void this.#upload('folder'),
    selectAll: () => this.#page.setSelection(selectAll(this.#page.selection, this.#page.rows)),
    clear: () => {
      this.#clipboard.clear()
      this.#page.cut = new Set()
      this.#page.setSelection(selectNone(this.#page.selection))
    },
    up: () => {
      const above = this.#page.crumbs.at(-2)
      if (above) go(crumbPath(above))
    },
    search: () => void request(this.#page, 'wherry-search-request', null),
    details: () => this.#page.toggleDetails(),
    help: () => this.#help(),
  }

  #closed = () => {
    this.#page.dialog = null
  }

  #withOne(run: (entry: Entry) => void) {
    const [entry] = this.#page.selected
    if (entry) run(entry)
  }

  async #preview(entry: Entry) {
    // Before that it would not be shown, but downloaded.
    if (!(await loadPart(this.#page, import('../preview/preview-frame.ts')))) return
    if (!this.#page.isConnected) return
    const siblings = () => this.#page.rows.filter(isEntry).filter(row => row.kind === 'file')
    const isOpen = !request(this.#page, 'wherry-preview-request', { entry, siblings })
    if (!isOpen) void download(this.#desk, [entry])
  }

  #download() {
    const entries = this.#page.selected
    if (request(this.#page, 'wherry-download-request', { entries })) void download(this.#desk, entries)
  }

  async #upload(kind: 'files' | 'folder') {
    const { info } = this.#page.folder
    // Before that nobody hears it.
    if (!info || !(await loadPart(this.#page, import('../uploads/uploads-frame.ts')))) return
    const folder = openFolderOf(info, this.#page.client.user?.id)
    request(this.#page, 'wherry-upload-request', { folder, kind })
  }

  #take(mode: 'cut' | 'copy') {
    this.#clipboard.take(mode, this.#page.selected, this.#here)
    this.#page.cut = mode === 'cut' ? new Set(this.#page.selection.ids) : new Set()
    const text = mode === 'cut' ? msg('Cut. Paste to move.') : msg('Copied. Paste where you want it.')
    if (hasKeyboard()) return announce(this.#page, text)
    say(this.#page, { text })
    // With a selection the next tap would select, too, and not open the folder to paste into.
    this.#page.setSelection(nothingSelected)
  }

  #paste() {
    const { mode, entries, from } = this.#clipboard
    if (mode === 'copy')
      void copy(this.#desk, entries, this.#here, from?.id === this.#here.id ? 'keepBoth' : 'fail')
    else {
      if (from && from.id !== this.#here.id) void move(this.#desk, entries, from, this.#here)
      this.#clipboard.clear()
      this.#page.cut = new Set()
    }
  }

  #moveTo() {
    void this.#show(import('./move-dialog.ts'), () => {
      const { selected } = this.#page
      const here = this.#here
      const choose = (event: CustomEvent<DropTarget>) => void move(this.#desk, selected, here, event.detail)
      return html`<wherry-move-dialog
        .entries=${selected}
        .from=${here.id}
        @choose=${choose}
        @close=${this.#closed}
      ></wherry-move-dialog>`
    })
  }

  #delete() {
    void this.#show(import('./delete-dialog.ts'), () => {
      const { selected } = this.#page
      const confirm = () => {
        const { live } = this.#page.folder
        if (live) void removeShown(this.#desk, selected, live)
      }
      return html`<wherry-delete-dialog
        .entries=${selected}
        @confirm=${confirm}
        @close=${this.#closed}
      ></wherry-delete-dialog>`
    })
  }

  #newFolder() {
    const created = (event: CustomEvent<string>) => this.#page.setSelection(give(event.detail))
    const dialog = () => html`<wherry-new-folder-dialog
      .folder=${this.#page.place}
      .isTaken=${this.#page.isTaken}
      @created=${created}
      @close=${this.#closed}
    ></wherry-new-folder-dialog>`
    void this.#show(import('./new-folder-dialog.ts'), dialog)
  }

  #help() {
    const dialog = () => html`<wherry-help-dialog @close=${this.#closed}></wherry-help-dialog>`
    void this.#show(import('./help-dialog.ts'), dialog)
  }
}
