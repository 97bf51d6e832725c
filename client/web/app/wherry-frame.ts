import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { HubClient } from '../../core/api.ts'
import '../files/files-page.ts'
import type { FilesPage } from '../files/files-page.ts'
import { base } from '../styles/controls.ts'
import { announce } from '../ui/say.ts'
import './account-menu.ts'
import { clientContext } from './client-context.ts'
import { Connection } from './connection.ts'
import './connection-pill.ts'
import { frameStyles } from './frame-styles.ts'
import { loadLater } from './load-later.ts'
import { loadPart } from './load-part.ts'
import { navigationItems } from './navigation-items.ts'
import { titleOpen } from './page-title.ts'
import type { OpenFolder } from './requests.ts'
import { go } from './router.ts'
import { folderPath, type Route } from './routes.ts'
import type { SearchField } from './search-field.ts'
import { readSettings, writeSettings } from './settings.ts'
import './side-bar.ts'
import { Spaces } from './spaces.ts'

const pages: Partial<Record<Route['page'], () => Promise<unknown>>> = {
  shared: () => import('../sharing/shared-page.ts'),
  send: () => import('../send/send-page.ts'),
  users: () => import('../users/users-page.ts'),
}

/** The app around its pages: side bar, top bar, tab bar; the slots for uploads and previews. */
@customElement('wherry-frame')
export class Frame extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) route: Route = { page: 'home' }
  @state() private filter = ''
  @state() private openFolder: OpenFolder | null = null
  @state() private ownUploads: ReadonlySet<string> = new Set()
  @query('wherry-search-field') private readonly search!: SearchField | null
  @query('main') private readonly main!: HTMLElement
  @query('wherry-files-page') private readonly files!: FilesPage | null
  /** The place that the bars mark. That of a folder is known once it is on the screen. */
  #section: Route['page'] = 'files'
  /** The page that is told already, or that it was opened with. */
  #told: Route['page'] | null = null
  readonly #connection = new Connection(this, () => this.client)
  readonly #spaces = new Spaces(this, () => this.client)

  static override styles = [base, frameStyles]

  constructor() {
    super()
    this.addEventListener('wherry-search-request', () => this.search?.focus())
    this.addEventListener('wherry-command', event => this.files?.run(event.detail))
    this.addEventListener('wherry-folder-shown', event => {
      this.openFolder = event.detail
      this.#spaces.open = event.detail?.space ?? null
      if (event.detail) this.#tell(event.detail.name)
    })
    this.addEventListener('wherry-usage-changed', () => this.#spaces.refresh())
    this.addEventListener('wherry-uploads-shown', event => {
      this.ownUploads = event.detail
    })
    this.addEventListener('wherry-leave', () => this.focus())
    this.addEventListener('wherry-drop', event => this.files?.receive(event.detail))
  }

  readonly #can = (command: string): boolean => this.files?.can(command) ?? false

  override focus(): void {
    if (this.files) this.files.focus()
    else this.main.focus()
  }

  override firstUpdated() {
    void loadLater(() => import('./search-field.ts'))
    void loadLater(() => import('./tab-bar.ts'))
    if (!isSecureContext) void loadLater(() => import('./insecure-banner.ts'))
    void loadLater(() => import('../uploads/uploads-frame.ts'))
    void loadLater(() => import('../preview/preview-frame.ts'))
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    titleOpen(null)
  }

  override updated(changed: PropertyValues<this>) {
    const { page } = this.route
    const item = navigationItems(true).find(item => item.page === page)
    // The files page knows what its folder is called.
    if (!changed.has('route') || !item || page === 'files') return
    titleOpen(item.label)
    this.#tell(item.label)
  }

  /** Another page comes without moving the focus. */
  #tell(name: string) {
    const { page } = this.route
    if (this.#told !== null && this.#told !== page) announce(this, name)
    this.#told = page
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('route')) this.filter = ''
    const { route } = this
    if (route.page === 'home' && changed.has('route')) void this.#goToLastFolder()
    if (route.page !== 'files') this.openFolder = null
    if (route.page !== 'files' || route.entry === null) this.#section = route.page
    else if (this.openFolder) this.#section = this.openFolder.isShared ? 'shared' : 'files'
    const load = pages[route.page]
    if (!load || !changed.has('route')) return
    // It says so where the page does not come, and goes on trying.
    void loadPart(this, load())
    void loadLater(load)
  }

  /** The folder of last time, if this user can still read it; otherwise the own files. */
  async #goToLastFolder() {
    const { lastFolder } = readSettings()
    try {
      if (lastFolder) await this.client.call('entry.get', { entry: lastFolder })
      go(lastFolder ? folderPath(lastFolder) : '/f/', { replace: true })
    } catch {
      writeSettings({ lastFolder: null })
      go('/f/', { replace: true })
    }
  }

  override render() {
    const { user } = this.client
    const isAdmin = user?.role === 'admin'
    const { page } = this.route
    return html`<div class="frame">
        <wherry-side-bar
          role="navigation"
          aria-label=${msg('Places')}
          .page=${this.#section}
          ?admin=${isAdmin}
          .spaces=${this.#spaces.all}
          .own=${this.#spaces.own ?? null}
          .folder=${this.openFolder}
          .can=${this.#can}
        ></wherry-side-bar>
        <wherry-insecure-banner></wherry-insecure-banner>
        <header class="top">
          ${page === 'files' ? this.#search() : null}
          <div class="me">
            <wherry-connection-pill
              .state=${this.#connection.state}
              .latencyMs=${this.client.latencyMs}
              ?doubtful=${this.client.isInDoubt}
            ></wherry-connection-pill>
            <wherry-account-menu .own=${this.#spaces.own ?? null}></wherry-account-menu>
          </div>
        </header>
        <main class="page" tabindex="-1">${this.#page(isAdmin)}</main>
        <wherry-tab-bar .page=${this.#section} ?admin=${isAdmin} .folder=${this.openFolder} .can=${this.#can}></wherry-tab-bar>
      </div>
      <wherry-uploads .folder=${this.openFolder}></wherry-uploads>
      <wherry-preview></wherry-preview>`
  }

  #search() {
    return html`<wherry-search-field
      .value=${this.filter}
      @change=${(event: Event) => {
        this.filter = (event.target as SearchField).value
      }}
      @leave=${() => this.files?.focus()}
    ></wherry-search-field>`
  }

  #page(isAdmin: boolean) {
    if (this.route.page === 'shared') {
      return html`<wherry-shared-page .items=${this.#spaces.shared} ?more=${this.#spaces.hasMore} ?loaded=${this.#spaces.isLoaded}></wherry-shared-page>`
    }
    if (this.route.page === 'send') return html`<wherry-send-page></wherry-send-page>`
    if (this.route.page === 'users') {
      return isAdmin
        ? html`<wherry-users-page></wherry-users-page>`
        : html`<p>${msg('Only administrators see this.')}</p>`
    }
    const place = this.route.page === 'files' ? this.route.entry : null
    const folder = place ?? this.#spaces.own?.root ?? null
    if (this.route.page !== 'files' || folder === null) return html`<p class="loading">${msg('Loading…')}</p>`
    return html`<wherry-files-page .place=${folder} .filter=${this.filter} .ownUploads=${this.ownUploads}></wherry-files-page>`
  }
}
