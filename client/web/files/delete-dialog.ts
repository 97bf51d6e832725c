import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base } from '../styles/controls.ts'
import { named } from '../text/named.ts'
import '../ui/confirm-dialog.ts'
import { contentsTask, foldersOf, inAll } from './contents.ts'

/** Asks before deleting, and says how much it is and that it is for ever. Fires `confirm`. */
@customElement('wherry-delete-dialog')
export class DeleteDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) entries: readonly Entry[] = []

  readonly #contents = contentsTask(this, {
    client: () => this.client,
    entries: () => this.entries,
    restMs: 0,
  })

  static override styles = [
    base,
    css`
      /* There before the number is, so that no button moves under a pointer. */
      .count {
        min-block-size: 1lh;
        margin-block-start: 6px;
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
    return html`<wherry-confirm-dialog
      heading=${heading}
      action=${msg('Delete for ever')}
      @confirm=${() => this.dispatchEvent(new Event('confirm'))}
      @close=${() => this.dispatchEvent(new Event('close'))}
    >
      <p>${hasFolder ? inside : msg('This is for ever and cannot be undone.')}</p>
      ${hasFolder ? html`<p class="count">${this.#count()}</p>` : null}
    </wherry-confirm-dialog>`
  }

  #count() {
    return this.#contents.render({
      pending: () => msg('Counting…'),
      complete: contents => contents && inAll(this.entries, contents),
    })
  }
}
