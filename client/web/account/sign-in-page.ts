import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { EventParams } from '../../../protocol/table.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import { icons } from '../ui/icons.ts'
import { card } from './card-styles.ts'

export type EndReason = EventParams<'session.ended'>['reason']

/** Who signed out knows it. */
const endSentences: Record<EndReason, (() => string) | null> = {
  logout: null,
  revoked: () => msg('This session was ended from another one. Sign in again.'),
  reused: () => msg('This session was ended, as its key was used in two places. Sign in again.'),
  disabled: () => msg('This account was disabled by an administrator.'),
  password: () => msg('The password of this account was changed. Sign in with the new one.'),
}

/** Signs in with e-mail address and password. The app goes on by itself when the connection is live. */
@customElement('wherry-sign-in-page')
export class SignInPage extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  /** Why the session before ended; null if there was none here. */
  @property() endedBy: EndReason | null = null
  @state() private problem = ''
  @state() private isBusy = false

  static override styles = [base, buttons, fields, card]

  override render() {
    const sentence = this.endedBy && endSentences[this.endedBy]
    return html`<main>
      <header>
        <span class="mark">${icons.sailboat}</span>
        <h1>${msg('Sign in to Wherry')}</h1>
        <p>${msg('Your files, live, on every device.')}</p>
      </header>
      ${sentence ? html`<p role="status">${sentence()}</p>` : null}
      <form @submit=${this.#submit}>
        <label>${msg('E-mail')}
          <input name="email" type="email" autocomplete="username" required autofocus />
        </label>
        <label>${msg('Password')}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        ${this.problem ? html`<p class="error" role="alert">${icons.circleAlert}${this.problem}</p>` : null}
        <button class="primary" aria-disabled=${this.isBusy ? 'true' : 'false'}>${this.isBusy ? msg('Signing in…') : msg('Sign in')}</button>
      </form>
      <p class="quiet-text">${msg('Is something sent to you?')} <a href="/go">${msg('Receive it by its code')}</a></p>
    </main>`
  }

  #submit = async (event: SubmitEvent) => {
    event.preventDefault()
    // Not a disabled button, which would lose the focus.
    if (this.isBusy) return
    const form = new FormData(event.target as HTMLFormElement)
    this.isBusy = true
    this.problem = ''
    try {
      await this.client.signIn(String(form.get('email')), String(form.get('password')))
    } catch (error) {
      this.problem = errorSentence(error)
    }
    this.isBusy = false
  }
}
