import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { css, html, LitElement, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { Space } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { base } from '../styles/controls.ts'
import '../ui/avatar.ts'
import type { Menu } from '../ui/menu.ts'
import { clientContext } from './client-context.ts'
import { loadLater } from './load-later.ts'
import { loadPart } from './load-part.ts'
import './quota-bar.ts'

/** The signed-in person, and what belongs to the account and to this browser. */
@customElement('wherry-account-menu')
export class AccountMenu extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) own: Space | null = null
  /** There is no side bar, which has it otherwise. */
  @state() private isNarrow = false
  @state() private dialog: TemplateResult | null = null
  @query('wherry-menu') private readonly menu!: Menu

  static override styles = [
    base,
    css`
      button {
        display: block;
        padding: 4px;
        border: 0;
        border-radius: 50%;
        background: none;
        cursor: pointer;
        --avatar-size: 30px;
      }
      button wherry-avatar {
        display: block;
      }
      .who {
        display: grid;
        max-inline-size: 280px;
        padding: 6px 10px 10px;
        border-block-end: 1px solid var(--line);
        margin-block-end: 6px;
        font-size: 13px;
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
      }
      .who wherry-quota-bar {
        margin-block-start: 10px;
      }
      @media (max-width: 719px) {
        .who {
          max-inline-size: none;
        }
      }
      .who small {
        font-size: 12px;
        color: var(--text-2);
      }
    `,
  ]

  override firstUpdated() {
    void loadLater(() => import('./account-items.ts'))
  }

  override render() {
    const { user } = this.client
    return html`<button aria-label=${msg('Account')} aria-haspopup="menu" title=${`${user?.name ?? ''} (${user?.email ?? ''})`} @click=${this.#open}>
        <wherry-avatar .person=${user}></wherry-avatar>
      </button>
      <wherry-menu label=${user?.email ?? msg('Account')}>
        <div class="who"><b>${user?.name}</b><small>${user?.email}</small>${this.isNarrow ? html`<wherry-quota-bar .space=${this.own}></wherry-quota-bar>` : null}</div>
      </wherry-menu>
      ${this.dialog}`
  }

  #open = async (event: Event) => {
    const opener = event.currentTarget as HTMLElement
    this.isNarrow = matchMedia('(max-width: 719px)').matches
    const part = await loadPart(this, import('./account-items.ts'))
    if (!part) return
    const items = part.accountItems(this, {
      show: dialog => {
        this.dialog = dialog
      },
      signOut: () => this.client.signOut(),
    })
    await this.menu.openBelow(opener, items)
  }
}
