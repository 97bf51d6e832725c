import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { html, LitElement } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { isReason } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { HubClient } from '../../core/api.ts'
import { newPassword } from '../account/new-password.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import '../ui/dialog.ts'
import type { ModalDialog } from '../ui/dialog.ts'
import { say } from '../ui/say.ts'

const bytesInGigabyte = 1e9

/** Makes an account with a personal space. */
@customElement('wherry-new-user-dialog')
export class NewUserDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @state() private error: unknown = null
  @query('wherry-dialog') private readonly dialog!: ModalDialog

  static override styles = [base, buttons, fields]

  override render() {
    return html`<wherry-dialog heading=${msg('New user')} @close=${() => this.dispatchEvent(new Event('close'))}>
      <form @submit=${this.#submit}>
        <label>${msg('Name')}<input name="name" maxlength=${limits.personChars} required autofocus /></label>
        <label>${msg('E-mail')}
          <input
            name="email"
            type="email"
            autocomplete="off"
            required
            aria-invalid=${isReason(this.error, 'conflict') ? 'true' : 'false'}
            aria-describedby="problem"
          />
        </label>
        <label>${msg('Password')}
          ${newPassword({ name: 'password' })}
          <span class="hint">${msg(str`At least ${limits.passwordMinChars} characters.`)}</span>
        </label>
        <label>${msg('Role')}
          <select name="role">
            <option value="member">${msg('Member')}</option>
            <option value="admin">${msg('Administrator')}</option>
          </select>
        </label>
        <label>${msg('Quota in GB')}
          <input name="quota" type="number" min="0" step="any" inputmode="decimal" />
          <span class="hint">${msg('Empty for what the hub gives by default.')}</span>
        </label>
        ${this.error ? html`<p class="error" id="problem" role="alert">${errorSentence(this.error)}</p>` : null}
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="primary">${msg('Create user')}</button>
        </div>
      </form>
    </wherry-dialog>`
  }

  #submit = async (event: SubmitEvent) => {
    event.preventDefault()
    this.error = null
    const form = new FormData(event.target as HTMLFormElement)
    const quota = String(form.get('quota') ?? '')
    try {
      const { user } = await this.client.call('user.create', {
        name: String(form.get('name')),
        email: String(form.get('email')),
        password: String(form.get('password')),
        role: form.get('role') === 'admin' ? 'admin' : 'member',
        quotaBytes: quota === '' ? null : Math.round(Number(quota) * bytesInGigabyte),
      })
      say(this, { text: msg(str`${user.name} can sign in now.`) })
      this.dialog.close()
    } catch (error) {
      this.error = error
    }
  }
}
