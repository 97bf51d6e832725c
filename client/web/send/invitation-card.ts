import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { loadLater } from '../app/load-later.ts'
import { base, buttons } from '../styles/controls.ts'
import { copyText } from '../ui/copy-text.ts'
import { icons } from '../ui/icons.ts'
import { announce } from '../ui/say.ts'
import type { Invitation } from './receiver.ts'

const clock = (time: number): string =>
  new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short' }).format(time)

/** The code, QR code and link that lead one receiver here. */
@customElement('wherry-invitation')
export class InvitationCard extends LitElement {
  @property({ attribute: false }) invitation: Invitation | null = null

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
        container: invitation / inline-size;
      }
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 176px;
        align-items: center;
        gap: 24px;
      }
      .how {
        display: grid;
        gap: 4px;
      }
      .label {
        font-size: 13px;
        color: var(--text-2);
      }
      .label b {
        font-weight: 600;
        color: var(--text);
        overflow-wrap: anywhere;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .code {
        font: 650 clamp(22px, 6cqi, 34px) / 1.25 ui-monospace, "Cascadia Mono", Menlo, monospace;
        letter-spacing: -0.01em;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
        direction: ltr;
        user-select: all;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-block-start: 12px;
      }
      .until {
        font-size: 12px;
        color: var(--text-2);
      }
      @container invitation (max-width: 479px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
        wherry-qr-code {
          inline-size: min(100%, 220px);
          margin-inline: auto;
        }
      }
    `,
  ]

  override firstUpdated() {
    void loadLater(() => import('./qr-code.ts'))
    if (this.invitation) announce(this, msg(str`The code is ${this.invitation.code}`))
  }

  override render() {
    const { invitation } = this
    if (!invitation) return nothing
    const { code, link, expiresAt } = invitation
    return html`<div class="both">
      <div class="how">
        <p class="label">${msg(html`Open <b>${location.host}/go</b> on the other device and enter`)}</p>
        <div class="line">
          <span class="code">${code}</span>
          ${this.#copyButton(code, msg('Copy the code'))}
        </div>
        <div class="actions">
          ${
            isSecureContext
              ? html`<button type="button" @click=${() => copyText(this, link, msg('The link was copied.'))}>${icons.link}${msg('Copy link')}</button>`
              : nothing
          }
          ${expiresAt === null ? nothing : html`<span class="until">${msg(str`Works once, until ${clock(expiresAt)}`)}</span>`}
        </div>
      </div>
      <wherry-qr-code .text=${link} .label=${msg('QR code with the link')}></wherry-qr-code>
    </div>`
  }

  #copyButton(text: string, label: string) {
    if (!isSecureContext) return nothing
    return html`<button
      class="icon"
      type="button"
      aria-label=${label}
      title=${label}
      @click=${() => copyText(this, text, msg('The code was copied.'))}
    >${icons.copy}</button>`
  }
}
