import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'

/** On plain http browsers switch half of our features off: says which, and what helps. */
@customElement('wherry-insecure-banner')
export class InsecureBanner extends LitElement {
  @state() private isDismissed = false

  static override styles = [
    base,
    buttons,
    css`
      div {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 6px 16px;
        font-size: 13px;
        color: var(--warn);
        background: var(--warn-soft);
      }
      p {
        flex: 1;
      }
    `,
  ]

  override render() {
    if (window.isSecureContext || this.isDismissed) return null
    return html`<div role="note">
      ${icons.circleAlert}
      <p>${msg('This page came over plain http, so the browser turned off direct sends and the clipboard, and where it has them, saving straight to disk and resuming uploads after a reload. Open the hub by https or on localhost to have them.')}</p>
      <button class="icon" aria-label=${msg('Dismiss')} title=${msg('Dismiss')} @click=${() => {
        this.isDismissed = true
      }}>${icons.close}</button>
    </div>`
  }
}
