import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { isReason } from '../../../protocol/errors.ts'
import type { HubClient, TransferLink } from '../../core/api.ts'
import { isOver } from '../../core/peer/is-over.ts'
import { isRoomLost } from '../../core/peer/room-search.ts'
import { card } from '../account/card-styles.ts'
import { loadLater } from '../app/load-later.ts'
import { tellMissing } from '../app/load-part.ts'
import { type OwnWorker, startWorker } from '../app/own-worker.ts'
import { keepAwake } from '../peer/keep-awake.ts'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import '../ui/toasts.ts'
import type { Toasts } from '../ui/toasts.ts'
import {
  type Attempt,
  forgetInvitation,
  isOffer,
  ownAttempt,
  ownRoom,
  setOwnRoom,
  takeInvitation,
} from './arrival.ts'
import './code-form.ts'
import type { Receipt } from './receipt.ts'
import { receiverFailure, resumeFailure } from './receipt-words.ts'
import { forgetReceipt, type RememberedReceipt, rememberedReceipts } from './remembered-receipts.ts'
import './unfinished-list.ts'

/** All that nobody needs before they have a code: pairing, the sealed link, the transfer, what shows it. */
const loadReceiving = () => import('./receiving.ts')

/** The page of whoever receives something: no account, nothing of the app around it. */
@customElement('wherry-go')
export class GoPage extends LitElement {
  @property({ attribute: false }) client!: HubClient & TransferLink
  @state() private invitation = takeInvitation()
  @state() private receipt: Receipt | null = null
  @state() private wasPressed = false
  @state() private isBusy = false
  @state() private problem = ''
  @state() private unfinished: readonly RememberedReceipt[] = []
  @query('wherry-toasts') private readonly toasts!: Toasts
  #worker: OwnWorker | null = null

  static override styles = [
    base,
    buttons,
    card,
    css`
      :host {
        block-size: 100dvh;
      }
      main {
        grid-template-columns: minmax(0, 1fr);
        inline-size: min(100%, 460px);
      }
      main > button {
        min-block-size: 46px;
      }
      .state {
        color: var(--text-2);
      }
      .error {
        display: flex;
        gap: 8px;
        padding: 10px 12px;
        border-radius: var(--radius-s);
        font-size: 13px;
        font-weight: 500;
        color: var(--danger);
        background: var(--danger-soft);
      }
    `,
  ]

  override connectedCallback() {
    super.connectedCallback()
    this.addEventListener('click', this.#pressed, { capture: true, once: true })
    this.addEventListener('wherry-toast', event => this.toasts.show(event.detail))
    window.addEventListener('hashchange', this.#arrivedAnew)
    void this.#lookBack()
  }

  override firstUpdated() {
    void loadLater(loadReceiving)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    window.removeEventListener('hashchange', this.#arrivedAnew)
  }

  override render() {
    return html`<main>
        <header>
          <span class="mark">${icons.sailboat}</span>
          <h1>${msg('Receive')}</h1>
          <p>${msg('Straight from the sender’s device, sealed from end to end: this hub cannot read it.')}</p>
        </header>
        ${this.#body()}
      </main>
      <wherry-toasts></wherry-toasts>`
  }

  #body() {
    if (!isSecureContext)
      return html`<p class="error" role="alert">${icons.circleAlert}<span>${msg('This page came over plain http, where browsers have no encryption for it. Open it by https, or ask the sender for another way.')}</span></p>`
    if (this.receipt)
      return html`<wherry-receipt-card .receipt=${this.receipt} .client=${this.client} ?pressed=${this.wasPressed} @leave=${this.#leave}></wherry-receipt-card>`
    return html`${this.invitation ? this.#invited() : this.#form()}
      ${
        this.unfinished.length > 0
          ? html`<wherry-unfinished-list
        .items=${this.unfinished}
        ?busy=${this.isBusy}
        @continue=${(event: CustomEvent<RememberedReceipt>) => this.#goOn(event.detail)}
        @forget=${(event: CustomEvent<RememberedReceipt>) => this.#forget(event.detail)}
      ></wherry-unfinished-list>`
          : nothing
      }`
  }

  #form() {
    return html`<wherry-code-form
      .problem=${this.problem}
      ?busy=${this.isBusy}
      @code=${(event: CustomEvent<string>) => this.#join(event.detail)}
    ></wherry-code-form>`
  }

  /** A code or link is used up by joining, so this waits for a person: programs that preview links press no buttons. */
  #invited() {
    return html`<p class="state" role="status">${msg('Somebody wants to send you something.')}</p>
      <button class="primary" aria-disabled=${this.isBusy ? 'true' : 'false'} @click=${() => this.#join(this.invitation ?? '')}>
        ${this.isBusy ? msg('Connecting…') : msg('See what it is')}
      </button>`
  }

  #pressed = () => {
    this.wasPressed = true
  }

  #arrivedAnew = () => {
    const invitation = takeInvitation()
    if (invitation === null || this.isBusy || (this.receipt && !isOver(this.receipt.status))) return
    this.receipt = null
    this.problem = ''
    this.invitation = invitation
    if (isOffer(invitation)) void this.#join(invitation)
  }

  /** What this tab was receiving goes on by itself; what other visits left waits for a click. */
  async #lookBack() {
    const all = await this.#listUnfinished()
    const own = all.find(({ room }) => room === ownRoom())
    const attempt = ownAttempt()
    if (own) await this.#goOn(own)
    else if (attempt) await this.#joinAgain(attempt)
    else if (this.invitation && isOffer(this.invitation)) await this.#join(this.invitation)
  }

  async #listUnfinished(): Promise<RememberedReceipt[]> {
    const all = await rememberedReceipts()
    this.unfinished = all.filter(
      ({ room, offer, savedAt }) => room !== ownRoom() && offer !== null && savedAt === null,
    )
    return all
  }

  async #join(text: string) {
    if (this.isBusy) return
    await this.#attempt(async () => {
      const { join } = await loadReceiving()
      this.#show(await join(this.client, this.#startWorker, text))
    })
  }

  async #joinAgain(attempt: Attempt) {
    await this.#attempt(async () => {
      const { joinAgain } = await loadReceiving()
      this.#show(await joinAgain(this.client, this.#startWorker, attempt))
    })
  }

  async #goOn(remembered: RememberedReceipt) {
    setOwnRoom(remembered.room)
    await this.#attempt(async () => {
      const { goOn } = await loadReceiving()
      this.#show(await goOn(this.client, this.#startWorker, remembered))
    }, resumeFailure)
    await this.#listUnfinished()
  }

  async #forget(remembered: RememberedReceipt) {
    await forgetReceipt(remembered)
    await this.#listUnfinished()
  }

  #startWorker = (): OwnWorker => {
    this.#worker ??= startWorker('receive', () => void tellMissing(this))
    return this.#worker
  }

  #show(receipt: Receipt) {
    forgetInvitation()
    this.invitation = null
    this.receipt = receipt
    receipt.onChange(() => this.#changed(receipt))
  }

  #changed(receipt: Receipt) {
    const { phase, error } = receipt.status
    keepAwake(phase === 'running')
    if (phase === 'failed' || phase === 'cancelled') {
      setOwnRoom(null)
      if (receipt.remembered && !isRoomLost(error)) void this.#forget(receipt.remembered)
    }
    if (this.receipt === receipt)
      this.renderRoot.querySelector<LitElement>('wherry-receipt-card')?.requestUpdate()
  }

  async #attempt(work: () => Promise<unknown>, words = receiverFailure) {
    this.isBusy = true
    this.problem = ''
    try {
      await work()
    } catch (error) {
      this.#refuse(isReason(error, 'invalid_params') ? error.message : words(error))
    }
    this.isBusy = false
  }

  /** The code is asked for again, beneath the reason. */
  #refuse(problem: string) {
    forgetInvitation()
    setOwnRoom(null)
    this.invitation = null
    this.problem = problem
  }

  #leave = () => {
    setOwnRoom(null)
    this.receipt = null
    void this.#lookBack()
  }
}
