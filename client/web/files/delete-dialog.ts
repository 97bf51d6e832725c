import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import '../ui/dialog.ts'
import { named } from '../text/named.ts'
import type { ModalDialog } from '../ui/dialog.ts'
import { contentsTask, foldersOf, inAll } from './contents.ts'

/** Asks before deleting, and says how much it is and that it is for ever. Fires `confirm`. */
@customElement('wherry-delete-dialog')
export class DeleteDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) entries: readonly Entry[] = []
  @query('wherry-dialog') private readonly dialog!: ModalDialog

  readonly #contents = contentsTask(this, {
    client: () => this.client,
    entries: () => this.entries,
    restMs: 0,
  })

  static override styles = [
    base,
    buttons,
    fields,
    css`
      p {
        margin-block-end: 20px;
        color: var(--text-2);
      }
      /* There before the number is, so that no button moves under a pointer. */
      .count {
        min-block-size: 1lh;
        margin-block: -14px 20px;
        font-variant-numeric: tabular-nums;
      }
    `,
  ]

  override render() {
    const heading = msg(str`Delete ${named(this.entries)}?`)
    const hasFolder = foldersOf(this.entries).length > 0
    const inside =
      this.entries.length === 1
        ? msg('Everything in it is deleted too. This is for ever and cannot be undone.')
        : msg('Folders are deleted with everything in them. This is for ever and cannot be undone.')
    return html`<wherry-dialog heading=${heading} @close=${() => this.dispatchEvent(new Event('close'))}>
      <p id="warning">${hasFolder ? inside : msg('This is for ever and cannot be undone.')}</p>
      ${hasFolder ? html`<p class="count" id="count">${this.#count()}</p>` : null}
      <form @submit=${this.#confirm}>
        <div class="actions">
          <button type="button" autofocus aria-describedby="warning count" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="danger" aria-describedby="warning count">${msg('Delete for ever')}</button>
        </div>
      </form>
    </wherry-dialog>`
  }

  #count() {
    return this.#contents.render({
      pending: () => msg('Counting…'),
      complete: contents => contents && inAll(this.entries, contents),
    })
  }

  #confirm = (event: Event) => {
    event.preventDefault()
    this.dispatchEvent(new Event('confirm'))
    this.dialog.close()
  }
}
