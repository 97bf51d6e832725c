import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { User } from '../../../protocol/values.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import '../ui/dialog.ts'
import type { ModalDialog } from '../ui/dialog.ts'

/** Asks before somebody is signed out everywhere, and says what stays. Fires `confirm`. */
@customElement('wherry-disable-dialog')
export class DisableDialog extends LitElement {
  @property({ attribute: false }) user!: User
  @query('wherry-dialog') private readonly dialog!: ModalDialog

  static override styles = [
    base,
    buttons,
    fields,
    css`
      p {
        margin-block-end: 20px;
        color: var(--text-2);
      }
    `,
  ]

  override render() {
    return html`<wherry-dialog heading=${msg(str`Disable ${this.user.email}?`)} @close=${() => this.dispatchEvent(new Event('close'))}>
      <p id="what">${msg('All sessions of this account end, with what they upload and download, and nobody can sign in to it until it is enabled again. Its files and what was shared stay.')}</p>
      <form @submit=${this.#confirm}>
        <div class="actions">
          <button type="button" autofocus aria-describedby="what" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="danger" aria-describedby="what">${msg('Disable')}</button>
        </div>
      </form>
    </wherry-dialog>`
  }

  #confirm = (event: Event) => {
    event.preventDefault()
    this.dispatchEvent(new Event('confirm'))
    this.dialog.close()
  }
}
