import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { html, LitElement } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { limits } from '../../../protocol/limits.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { go } from '../app/router.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import { icons } from '../ui/icons.ts'
import { card } from './card-styles.ts'
import { newPassword } from './new-password.ts'

/** First run: creates the first administrator with the one-time token of the setup link, `/setup#token`. */
@customElement('wherry-setup-page')
export class SetupPage extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @state() private problem = ''
  @state() private isBusy = false

  static override styles = [base, buttons, fields, card]

  override render() {
    const token = decodeURIComponent(location.hash.slice(1))
    return html`<main>
      <header>
        <span class="mark">${icons.sailboat}</span>
        <h1>${msg('Welcome to Wherry')}</h1>
        <p>${msg('Create the first administrator. The accounts of everyone else are made by you.')}</p>
      </header>
      <form @submit=${this.#submit}>
        ${
          token
            ? html`<input type="hidden" name="token" .value=${token} />`
            : html`<label>${msg('Setup token')}
              <input name="token" autocomplete="off" required />
              <span class="hint">${msg('The hub printed a link with it when it started.')}</span></label>`
        }
        <label>${msg('Name')}<input name="name" autocomplete="name" maxlength=${limits.personChars} required autofocus /></label>
        <label>${msg('E-mail')}<input name="email" type="email" autocomplete="username" required /></label>
        <label>${msg('Password')}
          ${newPassword({ name: 'password', describedBy: 'rule' })}
          <span class="hint" id="rule">${msg(str`At least ${limits.passwordMinChars} characters.`)}</span>
        </label>
        ${this.problem ? html`<p class="error" role="alert">${icons.circleAlert}${this.problem}</p>` : null}
        <button class="primary" aria-disabled=${this.isBusy ? 'true' : 'false'}>${msg('Create administrator')}</button>
      </form>
    </main>`
  }

  #submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (this.isBusy) return
    const form = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(form.get(name) ?? '')
    this.isBusy = true
    this.problem = ''
    try {
      await this.client.setUp({
        token: text('token').trim(),
        name: text('name'),
        email: text('email'),
        password: text('password'),
      })
      go('/f/', { replace: true })
    } catch (error) {
      this.problem = errorSentence(error)
    }
    this.isBusy = false
  }
}
