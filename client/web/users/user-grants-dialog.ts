import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { PlacedGrant, User } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { grantsTo } from '../../core/people.ts'
import { clientContext } from '../app/client-context.ts'
import { accessStyles } from '../sharing/access-styles.ts'
import { inOrder, placedGrantRow, placeOf } from '../sharing/placed-grants.ts'
import { base } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import '../ui/dialog.ts'
import { icons } from '../ui/icons.ts'

/** For administrators: everything besides the own space that an account was given, by itself or with everyone. */
@customElement('wherry-user-grants-dialog')
export class UserGrantsDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) user!: User
  readonly #grants = new Task(this, {
    args: () => [this.user.id],
    task: async ([user = ''], { signal }) => inOrder(await grantsTo(this.client, user, signal)),
  })

  static override styles = [base, accessStyles]

  override render() {
    return html`<wherry-dialog wide heading=${msg(str`What ${this.user.name} may see`)} @close=${() => this.dispatchEvent(new Event('close'))}>
      ${this.#grants.render({
        pending: () => html`<p class="hint" role="status">${msg('Loading…')}</p>`,
        error: error => html`<p class="error" role="alert">${errorSentence(error)}</p>`,
        complete: grants => this.#list(grants),
      })}
    </wherry-dialog>`
  }

  #list(grants: readonly PlacedGrant[]) {
    return html`<p class="sentence" role="status">${icons.eye}${this.#sentence(grants.length)}</p>
      <ul>${grants.map(grant => this.#row(grant))}</ul>`
  }

  #sentence(count: number): string {
    const { name, disabled } = this.user
    if (disabled) return msg(str`${name} is disabled and sees nothing. Enabled again, all of this holds.`)
    return count === 0
      ? msg('Their own space, and nothing else.')
      : msg('Their own space, and what is listed here with all that is in it.')
  }

  #row(grant: PlacedGrant) {
    const place = placeOf(grant)
    const main = place ? `${grant.spaceName} / ${place}` : msg(str`All of ${grant.spaceName}`)
    return placedGrantRow(grant, { main, more: grant.subject.kind === 'everyone' ? msg('Everyone') : '' })
  }
}
