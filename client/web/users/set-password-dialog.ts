import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { limits } from '../../../protocol/limits.ts'
import type { User } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { newPassword } from '../account/new-password.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import '../ui/dialog.ts'
import type { ModalDialog } from '../ui/dialog.ts'
import { say } from '../ui/say.ts'

/** Gives somebody who forgot it a new password; the sessions of the account end. */
@customElement('wherry-set-password-dialog')
export class SetPasswordDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) user!: User
  @state() private problem = ''
  @query('wherry-dialog') private readonly dialog!: ModalDialog

  static override styles = [base, buttons, fields]

  override render() {
    return html`<wherry-dialog heading=${msg(str`Set the password of ${this.user.email}`)} @close=${() => this.dispatchEvent(new Event('close'))}>
      <form @submit=${this.#submit}>
        <div class="field">
          <label for="password">${msg('New password')}</label>
          ${newPassword({ name: 'password', describedBy: 'hint problem', isFirst: true, isInvalid: this.problem !== '' })}
          <span class="hint" id="hint">${msg(str`At least ${limits.passwordMinChars} characters. All sessions of this account end.`)}</span>
        </div>
        <p class="error" id="problem" role="alert" ?hidden=${!this.problem}>${this.problem}</p>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="primary">${msg('Set password')}</button>
        </div>
      </form>
    </wherry-dialog>`
  }

  #submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const { id, name } = this.user
    const password = String(new FormData(event.target as HTMLFormElement).get('password'))
    this.problem = ''
    try {
      const { endedSessions } = await this.client.call('user.setPassword', { user: id, password })
      say(this, { text: msg(str`Password of ${name} changed. Sessions ended: ${endedSessions}.`) })
      this.dialog.close()
    } catch (error) {
      this.problem = errorSentence(error)
    }
  }
}
