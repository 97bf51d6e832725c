import { msg } from '@lit/localize'
import { Task } from '@lit/task'
import { html, LitElement } from 'lit'
import { customElement } from 'lit/decorators.js'
import { cookieCredentials } from '../credentials.ts'
import { base } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import { icons } from '../ui/icons.ts'
import { card } from './card-styles.ts'

/**
 * Says why a page that came does not connect. Browsers do not tell why a socket was refused, so this asks at the hub's HTTP
 * door, which refuses the same pages.
 */
@customElement('wherry-no-connection')
export class NoConnection extends LitElement {
  static override styles = [base, card]

  readonly #asked = new Task(this, {
    args: () => [],
    task: () => cookieCredentials().renew(() => Promise.reject(), null),
  })

  override render() {
    return html`<main>
      <header>
        <span class="mark">${icons.sailboat}</span>
        <h1>${msg('There is no connection to the hub')}</h1>
        <p role="status">${this.#why()}</p>
        <p>${msg('This page goes on by itself when there is one.')}</p>
      </header>
    </main>`
  }

  #why() {
    return this.#asked.render({
      pending: () => msg('Asking why…'),
      complete: () =>
        msg(
          'The hub answers, but its WebSocket does not come through. A proxy in between has to pass on upgrades of the connection.',
        ),
      error: errorSentence,
    })
  }
}
