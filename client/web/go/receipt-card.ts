import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { HubClient, TransferLink } from '../../core/api.ts'
import type { PeerOffer, TransferStatus } from '../../core/peer/api.ts'
import { offerList } from '../peer/offer-list.ts'
import { offerListStyles } from '../peer/offer-list-styles.ts'
import { canChooseFolder, chooseFolder } from '../peer/save-received.ts'
import '../peer/pictures.ts'
import '../peer/transfer-progress.ts'
import { offerWords, toneOf } from '../peer/transfer-words.ts'
import { base, buttons } from '../styles/controls.ts'
import { focusedElement } from '../ui/focus.ts'
import { icons } from '../ui/icons.ts'
import { transferIcons } from '../ui/transfer-icons.ts'
import type { Receipt } from './receipt.ts'
import { receiptStyles } from './receipt-styles.ts'
import { receiverState } from './receipt-words.ts'
import { hasRows } from './received-card.ts'

/** One thing that is received: the question, its progress, its end. Fires `leave` when the person wants another code. */
@customElement('wherry-receipt-card')
export class ReceiptCard extends LitElement {
  @property({ attribute: false }) receipt: Receipt | null = null
  @property({ attribute: false }) client: (HubClient & TransferLink) | null = null
  /** Something on the page was: before that no focus is lost. */
  @property({ type: Boolean }) pressed = false
  @state() private showsAll = false
  @state() private trust = false
  #phase: TransferStatus['phase'] | undefined

  static override styles = [base, buttons, receiptStyles, offerListStyles]

  override render() {
    const { receipt } = this
    if (!receipt) return nothing
    const { offer, status } = receipt
    if (!offer)
      return html`${this.#sender(receipt)}${this.#state(status)}${this.#pictures(status)}${this.#controls(receipt, status)}`
    return html`
      <div class="from" tabindex="-1">
        <h2><bdi>${offer.from}</bdi></h2>
        <p class="what">${status.phase === 'offered' ? msg(str`wants to send you ${offerWords(offer)}`) : msg(str`sends you ${offerWords(offer)}`)}</p>
      </div>
      ${showsList(receipt) ? html`<div>${offerList(offer.files, this.showsAll, this.#showAll)}</div>` : nothing}
      ${this.#state(status)}
      ${status.phase === 'done' ? this.#received(receipt) : this.#underWay(receipt, offer)}`
  }

  /** What was pressed is gone when the phase changes: the focus goes to what there is to know then. */
  override updated() {
    const phase = this.receipt?.status.phase
    if (phase === this.#phase) return
    this.#phase = phase
    const place = this.renderRoot.querySelector<HTMLElement>(phase === 'offered' ? '.from' : '.state')
    if (this.pressed && focusedElement() === null) place?.focus()
  }

  #underWay(receipt: Receipt, offer: PeerOffer) {
    const { status } = receipt
    if (status.phase === 'offered') return this.#question(receipt, offer)
    const moves = status.totalBytes > 0 && status.phase !== 'failed' && status.phase !== 'cancelled'
    return html`${moves ? html`<wherry-transfer-progress .status=${status} .rate=${receipt.rate}></wherry-transfer-progress>` : nothing}
      ${this.#controls(receipt, status)}`
  }

  #question(receipt: Receipt, offer: PeerOffer) {
    return html`${this.#pictures(receipt.status)}
      <div class="buttons wide">
        <button class="primary" type="button" @click=${() => this.#accept(receipt, null)}>${icons.check}${msg('Accept')}</button>
        ${
          offer.files.length > 0 && canChooseFolder()
            ? html`<button type="button" @click=${() => this.#acceptInto(receipt)}>${icons.folderInput}${msg('Accept into a folder…')}</button>`
            : nothing
        }
        <button type="button" @click=${() => receipt.decline()}>${icons.close}${msg('Decline')}</button>
      </div>
      <p class="hint">${msg('Nothing of it was sent yet. The name is what the sender calls themselves.')}</p>`
  }

  /** Before the offer is told: who it is, as the hub says. */
  #sender({ remembered, status }: Receipt) {
    const sender = remembered?.person?.sender
    if (!sender || isEnded(status.phase)) return nothing
    return html`<div class="from"><h2><bdi>${sender}</bdi></h2><p class="what">${msg('wants to send you files directly')}</p></div>`
  }

  /** Of a send from a person of this hub: compared before anything is accepted. */
  #pictures({ comparison, phase }: TransferStatus) {
    if (!comparison || isEnded(phase)) return nothing
    if (comparison.trust === 'proven')
      return html`<p class="hint">${msg('It comes from a device that you trust.')}</p>`
    if (comparison.isDone) return nothing
    return html`<wherry-pictures .comparison=${comparison}>
        ${phase === 'offered' ? msg('Accept only if the sender sees the same pictures.') : msg('Tell the sender, by voice or face to face, which pictures you see.')}
      </wherry-pictures>
      ${phase === 'offered' ? html`<label class="trust"><input type="checkbox" .checked=${this.trust} @change=${this.#setTrust} />${msg('Trust this device for later (both of you have to)')}</label>` : nothing}`
  }

  #setTrust = (event: Event) => {
    this.trust = (event.target as HTMLInputElement).checked
  }

  #accept(receipt: Receipt, folder: FileSystemDirectoryHandle | null) {
    receipt.accept(folder, this.trust)
  }

  async #acceptInto(receipt: Receipt) {
    const folder = await chooseFolder()
    if (folder) this.#accept(receipt, folder)
  }

  #state(status: TransferStatus) {
    const { phase } = status
    const icon =
      phase === 'failed'
        ? icons.circleAlert
        : phase === 'done'
          ? transferIcons.circleCheck
          : phase === 'waiting' || phase === 'unreached'
            ? icons.wifiOff
            : nothing
    return html`<p class="state ${toneOf(status)}" tabindex="-1" role=${phase === 'failed' ? 'alert' : 'status'}>${icon}<bdi>${receiverState(status)}</bdi></p>`
  }

  #received(receipt: Receipt) {
    return html`<wherry-received .receipt=${receipt} .client=${this.client}></wherry-received>${this.#another()}`
  }

  #controls(receipt: Receipt, { phase }: TransferStatus) {
    if (phase === 'failed' || phase === 'cancelled') return this.#another()
    const cancel = html`<button type="button" @click=${() => receipt.cancel()}>${icons.close}${msg('Cancel')}</button>`
    if (phase === 'running')
      return html`<div class="buttons"><button type="button" @click=${() => receipt.pause()}>${transferIcons.pause}${msg('Pause')}</button>${cancel}</div>`
    if (phase === 'paused')
      return html`<div class="buttons"><button class="primary" type="button" @click=${() => receipt.resume()}>${transferIcons.play}${msg('Resume')}</button>${cancel}</div>`
    return html`<div class="buttons">${cancel}</div>`
  }

  #another() {
    return html`<div class="buttons"><button type="button" @click=${() => this.dispatchEvent(new Event('leave'))}>${msg('Enter another code')}</button></div>`
  }

  #showAll = () => {
    this.showsAll = true
  }
}

const isEnded = (phase: TransferStatus['phase']): boolean => phase === 'failed' || phase === 'cancelled'

/** When all is there, the rows by which files are saved tell the same. */
const showsList = ({ offer, status, whole }: Receipt): boolean =>
  offer !== null && offer.files.length > 0 && (status.phase !== 'done' || !hasRows(whole.length))
