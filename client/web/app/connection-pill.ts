import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { ConnectionState } from '../../core/api.ts'
import { base } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'

/** How the connection is: Live with its round trip, in doubt, Reconnecting, Offline. Always a word beside the colour. */
@customElement('wherry-connection-pill')
export class ConnectionPill extends LitElement {
  @property({ reflect: true }) state: ConnectionState = 'connecting'
  @property({ attribute: false }) latencyMs: number | null = null
  @property({ type: Boolean, reflect: true }) doubtful = false

  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        min-block-size: 26px;
        padding: 0 11px;
        border: 1px solid transparent;
        border-radius: 99px;
        font-size: 12px;
        font-weight: 600;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
        color: var(--warn);
        background: var(--warn-soft);
      }
      :host([state="live"]:not([doubtful])) {
        color: var(--live);
        background: var(--live-soft);
      }
      :host([state="offline"]),
      :host([state="closed"]) {
        color: var(--danger);
        background: var(--danger-soft);
      }
      i {
        inline-size: 8px;
        block-size: 8px;
        border-radius: 50%;
        background: currentcolor;
      }
      :host([state="reconnecting"]) i,
      :host([doubtful]) i {
        animation: pulse 1s infinite alternate;
      }
      svg {
        inline-size: 14px;
        block-size: 14px;
      }
      @keyframes pulse {
        to {
          opacity: 0.3;
        }
      }
      @media (max-width: 719px) {
        :host([state="live"]:not([doubtful])) {
          padding: 0;
          inline-size: 26px;
          justify-content: center;
        }
        :host([state="live"]:not([doubtful])) span {
          position: absolute;
          clip-path: inset(50%);
        }
      }
      @media (forced-colors: active) {
        :host {
          border-color: CanvasText;
        }
        i {
          background: CanvasText;
          forced-color-adjust: none;
        }
      }
    `,
  ]

  override render() {
    return html`${this.state === 'offline' ? icons.wifiOff : html`<i></i>`}<span><span role="status">${this.#word()}</span>${this.#latency()}</span>`
  }

  #word() {
    if (this.state === 'live' && this.doubtful) return msg('No answer')
    if (this.state === 'live') return msg('Live')
    if (this.state === 'offline') return msg('Offline')
    if (this.state === 'closed') return msg('Closed')
    return this.state === 'reconnecting' ? msg('Reconnecting') : msg('Connecting')
  }

  /** Of no status: it is another one with each answer of the hub. */
  #latency() {
    if (this.state !== 'live' || this.doubtful || this.latencyMs === null) return null
    return html` · ${msg(str`${Math.max(1, Math.round(this.latencyMs))} ms`)}`
  }
}
