import { ContextProvider } from '@lit/context'
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { HubClient } from '../../core/api.ts'
import type { EndReason } from '../account/sign-in-page.ts'
import { base } from '../styles/controls.ts'
import '../ui/toasts.ts'
import type { Toasts } from '../ui/toasts.ts'
import { clientContext } from './client-context.ts'
import { Connection } from './connection.ts'
import { loadLater } from './load-later.ts'
import { go, Router } from './router.ts'
import './wherry-frame.ts'

/** Longer than this a first connection takes only where something is wrong. */
const lateMs = 4000

const guestPages = () => import('../account/guest-pages.ts')

/** The root of the page: decides between first run, sign-in and the app, and shows the toasts. */
@customElement('wherry-app')
export class WherryApp extends LitElement {
  @property({ attribute: false }) client!: HubClient
  /** True once this page was signed in: a lost connection then changes nothing but the pill. */
  @state() private wasLive = false
  /** The first connection takes long. */
  @state() private isLate = false
  @query('wherry-toasts', true) private readonly toasts!: Toasts
  @query('wherry-frame') private readonly frame!: HTMLElement | null
  /** Why the last session of this page ended, where the hub ended it. */
  @state() private endedBy: EndReason | null = null
  /** Somebody signed in on this page: what the hub said before about first run is over. */
  #hasAccounts = false
  readonly #router = new Router(this)
  readonly #connection = new Connection(this, () => this.client)
  readonly #provider = new ContextProvider(this, { context: clientContext })

  static override styles = [
    base,
    css`
      .connecting {
        display: grid;
        place-items: center;
        block-size: 100%;
        color: var(--text-2);
        animation: appear 1ms 1s backwards;
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
    `,
  ]

  override connectedCallback() {
    this.#provider.setValue(this.client)
    super.connectedCallback()
    setTimeout(() => this.#sayWhy(), lateMs)
    this.client.on('session.ended', ({ reason }) => {
      this.endedBy = reason
    })
    this.addEventListener('wherry-toast', event => this.toasts.show(event.detail))
    this.addEventListener('wherry-announce', event => this.toasts.announce(event.detail))
    this.addEventListener('wherry-modal', event => this.toasts.opened(event.detail))
  }

  async #sayWhy() {
    if (this.wasLive || this.#connection.state === 'signedOut') return
    // Where not even that comes, the page goes on saying that it connects.
    this.isLate = await import('../account/no-connection.ts').then(
      () => true,
      () => false,
    )
  }

  get #needsSetup(): boolean {
    return !this.#hasAccounts && (this.client.hello?.needsSetup ?? false)
  }

  override willUpdate() {
    const { state } = this.#connection
    if (state === 'live') {
      this.wasLive = true
      this.endedBy = null
      this.#hasAccounts = true
    }
    if (state === 'signedOut') this.wasLive = false
    this.#correctPlace()
  }

  override render() {
    // In an element of its own, as it is elsewhere while a dialog is open, and Lit goes by what is beside its parts.
    return html`${this.#page()}<div @wherry-leave=${() => this.frame?.focus()}><wherry-toasts></wherry-toasts></div>`
  }

  #page() {
    if (this.wasLive) return html`<wherry-frame .route=${this.#router.route}></wherry-frame>`
    if (this.#connection.state !== 'signedOut')
      return this.isLate
        ? html`<wherry-no-connection></wherry-no-connection>`
        : html`<p class="connecting" role="status">${msg('Connecting')}</p>`
    void loadLater(guestPages)
    if (this.#needsSetup) return html`<wherry-setup-page></wherry-setup-page>`
    return html`<wherry-sign-in-page .endedBy=${this.endedBy}></wherry-sign-in-page>`
  }

  /** Moves to /setup, /sign-in or back into the app, as the state asks for it, and comes back after a sign-in. */
  #correctPlace() {
    const { page } = this.#router.route
    const isGuestPage = page === 'setup' || page === 'signIn'
    if (this.#connection.state === 'signedOut') {
      if (this.#needsSetup) {
        if (page !== 'setup') go('/setup', { replace: true })
      } else if (page !== 'signIn') {
        const from =
          page === 'setup' || page === 'home' ? '' : `?from=${encodeURIComponent(location.pathname)}`
        go(`/sign-in${from}`, { replace: true })
      }
    } else if (this.wasLive && isGuestPage) {
      const from = new URLSearchParams(location.search).get('from') ?? ''
      go(from.startsWith('/f/') || ['/shared', '/send', '/users'].includes(from) ? from : '/', {
        replace: true,
      })
    }
  }
}
