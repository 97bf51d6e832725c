import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { base } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import type { Menu } from '../ui/menu.ts'
import { loadLater } from './load-later.ts'
import { loadPart } from './load-part.ts'
import { navigationItems } from './navigation-items.ts'
import type { OpenFolder } from './requests.ts'
import type { Route } from './routes.ts'

/** The places at the bottom of a phone, with Add in their middle. */
@customElement('wherry-tab-bar')
export class TabBar extends LitElement {
  @property() page: Route['page'] = 'files'
  @property({ type: Boolean }) admin = false
  @property({ attribute: false }) folder: OpenFolder | null = null
  /** Whether a command of the folder page can be run now. */
  @property({ attribute: false }) can: (command: string) => boolean = () => false
  @query('wherry-menu') private readonly menu!: Menu

  static override styles = [
    base,
    css`
      nav {
        display: grid;
        grid-auto-flow: column;
        grid-auto-columns: 1fr;
        padding-block-end: env(safe-area-inset-bottom);
        border-block-start: 1px solid var(--line);
        background: var(--surface);
      }
      a,
      button {
        display: grid;
        justify-items: center;
        align-content: center;
        gap: 2px;
        min-block-size: 58px;
        padding: 0;
        border: 0;
        font: inherit;
        font-size: 11px;
        font-weight: 550;
        color: var(--text-2);
        background: none;
        text-decoration: none;
        cursor: pointer;
      }
      [aria-current="page"] {
        position: relative;
        color: var(--brand);
      }
      /* A line, and no background: forced colours leave it, too. */
      [aria-current="page"]::before {
        content: "";
        position: absolute;
        inset: 0 25% auto;
        border-block-start: 3px solid;
      }
      :focus-visible {
        outline-offset: -4px;
      }
    `,
  ]

  override firstUpdated() {
    void loadLater(() => import('./new-items.ts'))
  }

  override render() {
    const [files, ...rest] = navigationItems(this.admin)
    return html`<nav aria-label=${msg('Places')}>
        ${files ? this.#tab(files) : null}
        <button aria-haspopup="menu" @click=${this.#add}>${icons.plus}${msg('Add')}</button>
        ${rest.map(item => this.#tab(item))}
      </nav>
      <wherry-menu label=${msg('Add')}></wherry-menu>`
  }

  #tab(item: ReturnType<typeof navigationItems>[number]) {
    const current = item.page === this.page ? 'page' : 'false'
    return html`<a href=${item.path} aria-current=${current}>${icons[item.icon]}${item.short ?? item.label}</a>`
  }

  #add = async (event: Event) => {
    const opener = event.currentTarget as HTMLElement
    const part = await loadPart(this, import('./new-items.ts'))
    if (part) await this.menu.openBelow(opener, part.newItems(this, this.folder, this.can('paste')))
  }
}
