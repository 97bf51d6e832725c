import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { css, html, LitElement, type TemplateResult } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import type { HubClient } from '../../core/api.ts'
import { base } from '../styles/controls.ts'
import '../ui/avatar.ts'
import type { Menu, MenuItem } from '../ui/menu.ts'
import { clientContext } from './client-context.ts'
import { request } from './requests.ts'
import { applySettings, readSettings, type Settings, writeSettings } from './settings.ts'

/** The signed-in person, and what belongs to the account and to this browser. */
@customElement('wherry-account-menu')
export class AccountMenu extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
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
    `,
  ]

  override render() {
    const { user } = this.client
    return html`<button aria-label=${msg('Account')} aria-haspopup="menu" title=${`${user?.name ?? ''} (${user?.email ?? ''})`} @click=${this.#open}>
        <wherry-avatar .person=${user}></wherry-avatar>
      </button>
      <wherry-menu label=${user?.email ?? msg('Account')}></wherry-menu>
      ${this.dialog}`
  }

  #open = (event: Event) => this.menu.openBelow(event.currentTarget as HTMLElement, this.#items())

  #items(): MenuItem[] {
    const { theme, direction } = readSettings()
    const themes: Record<Settings['theme'], MenuItem> = {
      system: { label: msg('Dark theme'), icon: 'moon', run: () => this.#set({ theme: 'dark' }) },
      dark: { label: msg('Light theme'), icon: 'sun', run: () => this.#set({ theme: 'light' }) },
      light: {
        label: msg('Theme of the system'),
        icon: 'monitor',
        run: () => this.#set({ theme: 'system' }),
      },
    }
    return [
      { label: msg('Sessions'), icon: 'monitor', run: () => this.#show('sessions') },
      { label: msg('Change password'), icon: 'key', run: () => this.#show('password') },
      { ...themes[theme], line: true },
      {
        label: direction === 'rtl' ? msg('Left to right') : msg('Right to left'),
        icon: 'languages',
        run: () => this.#set({ direction: direction === 'rtl' ? 'ltr' : 'rtl' }),
      },
      {
        label: msg('Keyboard'),
        icon: 'keyboard',
        keys: '?',
        run: () => request(this, 'wherry-command', 'help'),
      },
      { label: msg('Sign out'), icon: 'logOut', line: true, run: () => this.client.signOut() },
    ]
  }

  #set(changes: Partial<Settings>) {
    applySettings(writeSettings(changes))
  }

  async #show(which: 'sessions' | 'password') {
    const closed = () => {
      this.dialog = null
    }
    if (which === 'sessions') {
      await import('../account/sessions-dialog.ts')
      this.dialog = html`<wherry-sessions-dialog @close=${closed}></wherry-sessions-dialog>`
    } else {
      await import('../account/password-dialog.ts')
      this.dialog = html`<wherry-password-dialog @close=${closed}></wherry-password-dialog>`
    }
  }
}
