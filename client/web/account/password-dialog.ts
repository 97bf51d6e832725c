import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { html, LitElement } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { isReason } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import '../ui/dialog.ts'
import type { ModalDialog } from '../ui/dialog.ts'
import { say } from '../ui/say.ts'
import { newPassword } from './new-password.ts'

/** Changes the password; all other sessions end. */
@customElement('wherry-password-dialog')
export class PasswordDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @state() private error: unknown = null
  @query('wherry-dialog') private readonly dialog!: ModalDialog

  static override styles = [base, buttons, fields]

  override render() {
    return html`<wherry-dialog heading=${msg('Change password')} @close=${() => this.dispatchEvent(new Event('close'))}>
      <form @submit=${this.#submit}>
        <label>${msg('Present password')}
          <input
            name="current"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            aria-invalid=${isReason(this.error, 'wrong_credentials') ? 'true' : 'false'}
            aria-describedby="problem"
          />
        </label>
        <label>${msg('New password')}
          ${newPassword({ name: 'next' })}
          <span class="hint">${msg(str`At least ${limits.passwordMinChars} characters. Your other sessions end.`)}</span>
        </label>
        ${this.error ? html`<p class="error" id="problem" role="alert">${this.#problem()}</p>` : null}
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="primary">${msg('Change password')}</button>
        </div>
      </form>
    </wherry-dialog>`
  }

  #problem(): string {
    if (isReason(this.error, 'wrong_credentials')) return msg('That is not the present password.')
    return errorSentence(this.error)
  }

  #submit = async (event: SubmitEvent) => {
    event.preventDefault()
    this.error = null
    const form = new FormData(event.target as HTMLFormElement)
    try {
      const { endedSessions } = await this.client.call('account.changePassword', {
        current: String(form.get('current')),
        next: String(form.get('next')),
      })
      say(this, { text: msg(str`Password changed. Other sessions ended: ${endedSessions}.`) })
      this.dialog.close()
    } catch (error) {
      this.error = error
    }
  }
}
