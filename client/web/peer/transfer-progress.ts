import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { TransferStatus } from '../../core/peer/api.ts'
import { base } from '../styles/controls.ts'
import { progressBar } from '../styles/progress.ts'
import { figures, pathWords, toneOf } from './transfer-words.ts'

/** The bar of a direct send, with its amount, speed, time left and way; the same on both sides. */
@customElement('wherry-transfer-progress')
export class TransferProgress extends LitElement {
  @property({ attribute: false }) status: TransferStatus | null = null
  /** Bytes a second. */
  @property({ attribute: false }) rate = 0

  static override styles = [
    base,
    progressBar,
    css`
      :host {
        display: block;
        font-size: 13px;
        font-variant-numeric: tabular-nums;
        color: var(--text-2);
      }
      progress {
        block-size: 8px;
        margin-block-end: 8px;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 2px 12px;
      }
    `,
  ]

  override render() {
    const { status } = this
    if (!status) return nothing
    const { totalBytes, arrivedBytes, phase } = status
    const share = phase === 'done' ? 1 : totalBytes === 0 ? 0 : arrivedBytes / totalBytes
    const way = phase === 'running' || phase === 'paused' ? pathWords(status.path) : ''
    return html`<div class=${toneOf(status)}>
      <progress max="1" .value=${share} aria-label=${msg('Progress')}></progress>
      <div class="line"><bdi>${figures(status, this.rate)}</bdi><span>${way}</span></div>
    </div>`
  }
}
