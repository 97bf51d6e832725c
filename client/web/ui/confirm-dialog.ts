import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { base, buttons, fields } from '../styles/controls.ts'
import './dialog.ts'
import type { ModalDialog } from './dialog.ts'

/** Asks before something that costs; what is in it says what. Fires `confirm` for the `action`, and `close` in any case. */
@customElement('wherry-confirm-dialog')
export class ConfirmDialog extends LitElement {
  @property() heading = ''
  @property() action = ''
  /** What is in it is read with the buttons. */
  @state() private said: Element[] = []
  @query('wherry-dialog') private readonly dialog!: ModalDialog

  static override styles = [
    base,
    buttons,
    fields,
    css`
      .said {
        margin-block-end: 20px;
        color: var(--text-2);
      }
    `,
  ]

  override render() {
    return html`<wherry-dialog heading=${this.heading} @close=${() => this.dispatchEvent(new Event('close'))}>
      <div class="said"><slot @slotchange=${this.#heard}></slot></div>
      <form @submit=${this.#confirm}>
        <div class="actions">
          <button type="button" autofocus .ariaDescribedByElements=${this.said} @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="danger" .ariaDescribedByElements=${this.said}>${this.action}</button>
        </div>
      </form>
    </wherry-dialog>`
  }

  #heard = (event: Event) => {
    this.said = (event.target as HTMLSlotElement).assignedElements()
  }

  #confirm = (event: Event) => {
    event.preventDefault()
    this.dispatchEvent(new Event('confirm'))
    this.dialog.close()
  }
}
