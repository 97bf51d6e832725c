import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, query } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { HubClient, Stop } from '../../core/api.ts'
import { type SendOffer, type SendOffers, watchOffers } from '../../core/peer/offers.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons } from '../styles/controls.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import { leave } from '../ui/say.ts'

/** What people of this hub want to send to the user, over all pages of the app: to be opened or declined. */
@customElement('wherry-offers')
export class OfferNotice extends LitElement {
  @consume({ context: clientContext }) client?: HubClient
  @query('[popover]') private readonly layer!: HTMLElement
  #offers: SendOffers | null = null
  #stop: Stop | null = null

  static override styles = [
    base,
    buttons,
    css`
      [popover] {
        inset: 68px 20px auto auto;
        inline-size: min(380px, calc(100vw - 24px));
        margin: 0;
        padding: 0;
        border: 0;
        background: none;
        overflow: visible;
        color: var(--text);
      }
      li {
        display: grid;
        gap: 12px;
        margin-block-end: 8px;
        padding: 14px 16px;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
        box-shadow: var(--shadow-2);
      }
      p {
        overflow-wrap: anywhere;
      }
      .buttons {
        display: flex;
        gap: 8px;
      }
      a.button {
        border-color: transparent;
        color: var(--on-brand);
        background: var(--brand);
      }
      @media (max-width: 719px) {
        [popover] {
          inset: auto 12px calc(76px + env(safe-area-inset-bottom));
          inline-size: auto;
        }
      }
    `,
  ]

  constructor() {
    super()
    new LostFocus(this, () => this.#moveFocus())
  }

  override connectedCallback() {
    super.connectedCallback()
    if (!this.client?.user) return
    this.#offers = watchOffers(this.client)
    this.#stop = this.#offers.onChange(() => this.requestUpdate())
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#stop?.()
    this.#offers?.stop()
  }

  override updated() {
    const isOpen = this.layer.matches(':popover-open')
    const hasAny = (this.#offers?.list.length ?? 0) > 0
    if (hasAny && !isOpen) this.layer.showPopover()
    if (!hasAny && isOpen) this.layer.hidePopover()
  }

  /** From an offer that is gone to one that is left, or back to the page. */
  #moveFocus() {
    const next = this.renderRoot.querySelector('a')
    if (next) next.focus()
    else leave(this)
  }

  override render() {
    const list = this.#offers?.list ?? []
    return html`<div popover="manual" role="region" aria-label=${msg('Offers of direct sends')}>
        <ul>${repeat(
          list,
          ({ room }) => room,
          offer => this.#offer(offer),
        )}</ul>
      </div>
      <div class="for-readers" role="status">${list.map(({ from }) => html`<p>${words(from.name)}</p>`)}</div>`
  }

  /** In a tab of its own, so that what this one does goes on. */
  #offer({ room, from }: SendOffer) {
    return html`<li>
      <p>${words(from.name)}</p>
      <div class="buttons">
        <a class="button" href="/go#offer-${room}" target="_blank" rel="noopener">${msg('Open')}</a>
        <button type="button" @click=${() => this.#decline(room)}>${msg('Decline')}</button>
      </div>
    </li>`
  }

  #decline(room: string) {
    this.#offers?.decline(room).catch(() => {})
  }
}

const words = (name: string): string => msg(str`${name} wants to send you files directly`)
