import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { isReason } from '../../../protocol/errors.ts'
import type { TransferStatus } from '../../core/peer/api.ts'
import '../peer/transfer-progress.ts'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import { transferIcons } from '../ui/transfer-icons.ts'
import type { Compared } from './compare-form.ts'
import './compare-form.ts'
import './invitation-card.ts'
import { hasFailed, type Invited } from './receiver.ts'
import { senderFailure, senderState } from './receiver-words.ts'

export type ReceiverCommand = 'pause' | 'resume' | 'cancel' | 'renew' | 'remove'

/** How one receiver stands. Fires `command` with a ReceiverCommand. */
@customElement('wherry-receiver-card')
export class ReceiverCard extends LitElement {
  @property({ attribute: false }) receiver: Invited | null = null
  /** The files cannot be read yet. */
  @property({ type: Boolean }) asleep = false

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
        padding-block: 16px;
        border-block-start: 1px solid var(--line);
      }
      .state {
        display: flex;
        align-items: center;
        gap: 8px;
        flex: 1 1 160px;
        min-inline-size: 0;
        font-size: 13px;
        font-weight: 550;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        min-block-size: 36px;
      }
      .head:not(:last-child) {
        margin-block-end: 12px;
      }
      .dot {
        flex: none;
        inline-size: 8px;
        block-size: 8px;
        margin: 6px;
        border-radius: 50%;
        background: var(--brand);
      }
      .warn {
        color: var(--warn);
      }
      .danger {
        color: var(--danger);
      }
      .live {
        color: var(--live);
      }
      .controls {
        display: flex;
        gap: 4px;
        margin-inline-start: auto;
      }
    `,
  ]

  constructor() {
    super()
    // What was pressed is gone when the phase changes: the focus goes to what can be pressed then.
    new LostFocus(this, () => this.renderRoot.querySelector<HTMLElement>('.controls button')?.focus())
  }

  override render() {
    const { receiver } = this
    if (!receiver) return nothing
    const status = receiver.transfer?.status ?? null
    return html`<div class="head">
        ${this.#state(receiver, status)}
        <div class="controls">${this.#controls(receiver, status)}</div>
      </div>
      ${
        status?.phase === 'comparing'
          ? html`<wherry-compare-form .comparison=${status.comparison} @compared=${(event: CustomEvent<Compared>) => this.#compared(event.detail)}></wherry-compare-form>`
          : nothing
      }
      ${receiver.invitation ? html`<wherry-invitation .invitation=${receiver.invitation}></wherry-invitation>` : nothing}
      ${
        status && showsProgress(status)
          ? html`<wherry-transfer-progress .status=${status} .rate=${receiver.rate}></wherry-transfer-progress>`
          : nothing
      }`
  }

  #state({ error }: Invited, status: TransferStatus | null) {
    const [tone, icon] = toneAndIcon(error ? 'failed' : (status?.phase ?? 'pairing'))
    return html`<p class="state ${tone}" role="status">${icon}<bdi>${this.#words(error, status)}</bdi></p>`
  }

  #compared({ isSame, trust }: Compared) {
    const transfer = this.receiver?.transfer
    if (isSame) transfer?.accept({ trust })
    else transfer?.decline()
  }

  #words(error: unknown, status: TransferStatus | null): string {
    if (error) return senderFailure(error)
    const to = this.receiver?.to
    if (to && status?.error?.reason === 'peer_left' && !status.comparison) return msg('They declined')
    if (status?.phase === 'pairing' && to) return msg(str`Offered to ${to}. Waiting for them to open it`)
    if (status) return senderState(status)
    if (this.asleep) return msg('Waits for its files')
    return to ? msg('Offering it…') : msg('Getting a code…')
  }

  #controls(receiver: Invited, status: TransferStatus | null) {
    const { isOver, error, to } = receiver
    const phase = status?.phase
    const remove = this.#button('remove', icons.close, msg('Remove from this list'))
    // Another room makes it no smaller.
    if (isReason(error, 'too_large')) return remove
    if (hasFailed(receiver))
      return html`<button type="button" @click=${() => this.#fire('renew')}>${transferIcons.refresh}${to ? msg('Offer again') : msg('New code')}</button>${remove}`
    if (isOver) return remove
    const cancel = this.#button('cancel', icons.close, msg('Cancel'))
    if (phase === 'running') return html`${this.#button('pause', transferIcons.pause, msg('Pause'))}${cancel}`
    if (phase === 'paused') return html`${this.#button('resume', transferIcons.play, msg('Resume'))}${cancel}`
    return cancel
  }

  #button(command: ReceiverCommand, icon: unknown, label: string) {
    return html`<button class="icon" type="button" aria-label=${label} title=${label} @click=${() => this.#fire(command)}>${icon}</button>`
  }

  #fire(detail: ReceiverCommand) {
    this.dispatchEvent(new CustomEvent('command', { detail }))
  }
}

const showsProgress = ({ phase, totalBytes, doneBytes }: TransferStatus): boolean =>
  totalBytes > 0 &&
  (phase === 'running' ||
    phase === 'paused' ||
    phase === 'done' ||
    ((phase === 'waiting' || phase === 'unreached') && doneBytes > 0))

const dot = html`<span class="dot"></span>`

const toneAndIcon = (phase: TransferStatus['phase']): [tone: string, icon: unknown] => {
  if (phase === 'failed') return ['danger', icons.circleAlert]
  if (phase === 'done') return ['live', transferIcons.circleCheck]
  if (phase === 'paused') return ['warn', transferIcons.pause]
  if (phase === 'waiting' || phase === 'unreached') return ['warn', icons.wifiOff]
  return ['', dot]
}
