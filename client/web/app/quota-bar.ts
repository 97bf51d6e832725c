import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Space } from '../../../protocol/values.ts'
import { base } from '../styles/controls.ts'
import { cssom } from '../styles/cssom.ts'
import { formatBytes, formatPercent } from '../text/format.ts'

const nearlyFull = 0.9

/** How much of a space is used, with what running uploads have reserved. */
@customElement('wherry-quota-bar')
export class QuotaBar extends LitElement {
  @property({ attribute: false }) space: Space | null = null

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 8px;
        padding: 12px;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
        font-size: 12px;
        color: var(--text-2);
      }
      p {
        unicode-bidi: plaintext;
      }
      :host(:dir(rtl)) :is(p) {
        text-align: right;
      }
      b {
        font-weight: 600;
        color: var(--text);
      }
      .track {
        block-size: 5px;
        border-radius: 9px;
        background: var(--line);
        overflow: hidden;
      }
      .track div {
        block-size: 100%;
        border-radius: 9px;
        background: var(--brand);
      }
      .full {
        color: var(--danger);
      }
      .track .full {
        background: var(--danger);
      }
      @media (forced-colors: active) {
        .track {
          border: 1px solid CanvasText;
        }
        .track div {
          background: Highlight;
        }
      }
    `,
  ]

  override render() {
    const { space } = this
    if (!space) return null
    const used = space.usedBytes + space.reservedBytes
    if (space.quotaBytes === null) return html`<p>${msg(html`<b>${formatBytes(used)}</b> used`)}</p>`
    const share = space.quotaBytes === 0 ? 1 : used / space.quotaBytes
    const fullness = share >= nearlyFull ? 'full' : ''
    return html`<p>${msg(html`<b>${formatBytes(used)}</b> of ${formatBytes(space.quotaBytes)} used`)}</p>
      <div
        class="track"
        role="meter"
        aria-label=${msg('Storage used')}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.min(100, Math.round(share * 100))}
      ><div class=${fullness} ${cssom({ 'inline-size': `${Math.min(100, share * 100)}%` })}></div></div>
      ${
        fullness
          ? html`<p class="full">${msg(str`${formatPercent(share)} full. Delete what you no longer need.`)}</p>`
          : null
      }`
  }
}
