import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import '../ui/dialog.ts'
import { named } from '../text/named.ts'
import type { ModalDialog } from '../ui/dialog.ts'

/** Asks before deleting, and says that it is for ever. Fires `confirm`. */
@customElement('wherry-delete-dialog')
export class DeleteDialog extends LitElement {
  @property({ attribute: false }) entries: readonly Entry[] = []
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
    const heading = msg(str`Delete ${named(this.entries)}?`)
    const hasFolder = this.entries.some(entry => entry.kind === 'folder')
    const inside =
      this.entries.length === 1
        ? msg('Everything in it is deleted too. This is for ever and cannot be undone.')
        : msg('Folders are deleted with everything in them. This is for ever and cannot be undone.')
    return html`<wherry-dialog heading=${heading} @close=${() => this.dispatchEvent(new Event('close'))}>
      <p id="warning">${hasFolder ? inside : msg('This is for ever and cannot be undone.')}</p>
      <form @submit=${this.#confirm}>
        <div class="actions">
          <button type="button" autofocus aria-describedby="warning" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="danger" aria-describedby="warning">${msg('Delete for ever')}</button>
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
