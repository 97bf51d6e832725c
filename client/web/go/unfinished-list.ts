import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { offerWords } from '../peer/transfer-words.ts'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import type { RememberedReceipt } from './remembered-receipts.ts'

/** What earlier visits of this page left: not all there yet, or not saved. Fires `continue` and `forget` with one of them. */
@customElement('wherry-unfinished-list')
export class UnfinishedList extends LitElement {
  @property({ attribute: false }) items: readonly RememberedReceipt[] = []
  @property({ type: Boolean }) busy = false

  static override styles = [
    base,
    buttons,
    css`
      h2 {
        margin-block-end: 4px;
        font-size: 13px;
        font-weight: 600;
        color: var(--text-2);
      }
      li {
        display: flex;
        align-items: center;
        gap: 8px;
        min-block-size: 52px;
        border-block-start: 1px solid var(--line);
      }
      .main {
        flex: 1;
        min-inline-size: 0;
      }
      b,
      small {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      b {
        font-weight: 550;
      }
      small {
        font-size: 12px;
        color: var(--text-2);
      }
    `,
  ]

  override render() {
    return html`<section>
      <h2>${msg('From earlier')}</h2>
      <ul>${this.items.map(item => this.#row(item))}</ul>
    </section>`
  }

  #row(item: RememberedReceipt) {
    const from = item.offer?.from ?? ''
    const forget = msg(str`Forget what ${from} sent`)
    return html`<li>
      <span class="main"><b><bdi>${from}</bdi></b><small><bdi>${item.offer ? offerWords(item.offer) : ''}</bdi></small></span>
      <button type="button" ?disabled=${this.busy} @click=${() => this.#fire('continue', item)}>${this.#next(item)}</button>
      <button class="icon" type="button" aria-label=${forget} title=${forget} @click=${() => this.#fire('forget', item)}>${icons.trash}</button>
    </li>`
  }

  #next({ whole, offer }: RememberedReceipt): string {
    if (!whole) return msg('Continue')
    return offer?.files.length === 0 ? msg('Show') : msg('Save')
  }

  #fire(name: 'continue' | 'forget', detail: RememberedReceipt) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}
