import { msg } from '@lit/localize'
import { html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { Space } from '../../../protocol/values.ts'
import { draggedEntries, isDraggingEntries } from '../files/drag.ts'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import type { Menu } from '../ui/menu.ts'
import { loadLater } from './load-later.ts'
import { loadPart } from './load-part.ts'
import { navigationItems } from './navigation-items.ts'
import type { OpenFolder } from './requests.ts'
import { folderPath, type Route } from './routes.ts'
import { sideBarStyles } from './side-bar-styles.ts'

/** The side of the frame: New, the places, the team spaces, the quota. */
@customElement('wherry-side-bar')
export class SideBar extends LitElement {
  @property() page: Route['page'] = 'files'
  @property({ type: Boolean }) admin = false
  @property({ attribute: false }) spaces: readonly Space[] = []
  @property({ attribute: false }) own: Space | null = null
  @property({ attribute: false }) folder: OpenFolder | null = null
  /** Whether a command of the folder page can be run now. */
  @property({ attribute: false }) can: (command: string) => boolean = () => false
  @query('wherry-menu') private readonly menu!: Menu

  static override styles = [base, buttons, sideBarStyles]

  override firstUpdated() {
    void loadLater(() => import('./quota-bar.ts'))
    void loadLater(() => import('./new-items.ts'))
  }

  override render() {
    const teams = this.spaces.filter(space => space !== this.own)
    return html`
      <a class="brand" href="/f/" aria-label="Wherry">
        <span class="mark">${icons.sailboat}</span><span class="word">Wherry</span>
      </a>
      <button class="primary new" aria-haspopup="menu" aria-label=${msg('New')} title=${msg('New')} @click=${this.#openNew}>
        ${icons.plus}<span class="word">${msg('New')}</span><span class="word chevron">${icons.chevronDown}</span>
      </button>
      <div class="places">
        <ul>
          ${navigationItems(this.admin).map(
            item => html`<li><a
              href=${item.path}
              title=${item.label}
              aria-current=${item.page === this.page ? 'page' : 'false'}
            >${icons[item.icon]}<span class="word">${item.label}</span></a></li>`,
          )}
        </ul>
        ${teams.length > 0 ? html`<h2 class="word">${msg('Spaces')}</h2>` : null}
        <ul>
          ${teams.map(space => this.#space(space))}
        </ul>
      </div>
      <wherry-quota-bar class="word" .space=${this.own}></wherry-quota-bar>
      <wherry-menu label=${msg('New')}></wherry-menu>
    `
  }

  #space(space: Space) {
    return html`<li><a
      class="space"
      href=${folderPath(space.root)}
      title=${space.name}
      aria-current=${space.id === this.folder?.space ? 'true' : 'false'}
      @dragover=${(event: DragEvent) => isDraggingEntries(event) && event.preventDefault()}
      @drop=${(event: DragEvent) => draggedEntries(event, { id: space.root, name: space.name }, this)}
    >${icons.folder}<span class="word">${space.name}</span></a></li>`
  }

  #openNew = async (event: Event) => {
    const opener = event.currentTarget as HTMLElement
    const part = await loadPart(this, import('./new-items.ts'))
    if (part) await this.menu.openBelow(opener, part.newItems(this, this.folder, this.can('paste')))
  }
}
