import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { css, html, LitElement } from 'lit'
import { customElement, query } from 'lit/decorators.js'
import { isReason } from '../../../protocol/errors.ts'
import type { Session } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import { formatCount, formatDate } from '../text/format.ts'
import '../ui/dialog.ts'
import { accountIcons } from '../ui/account-icons.ts'
import type { ModalDialog } from '../ui/dialog.ts'
import { say } from '../ui/say.ts'

/** Where the account is signed in; the other sessions can be ended, each by itself or all at once. */
@customElement('wherry-sessions-dialog')
export class SessionsDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @query('wherry-dialog') private readonly dialog!: ModalDialog
  readonly #sessions = new Task(this, {
    args: () => [],
    task: async (_, { signal }) => (await this.client.call('session.list', {}, { signal })).sessions,
  })

  static override styles = [
    base,
    buttons,
    fields,
    css`
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 10px 0;
        border-block-start: 1px solid var(--line);
      }
      li div {
        flex: 1;
        min-inline-size: 0;
      }
      b {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        font-weight: 550;
      }
      .live {
        color: var(--live);
        font-weight: 600;
      }
    `,
  ]

  override render() {
    return html`<wherry-dialog heading=${msg('Sessions')} @close=${() => this.dispatchEvent(new Event('close'))}>
      ${this.#sessions.render({
        pending: () => html`<p class="hint" role="status">${msg('Loading…')}</p>`,
        error: error => html`<p class="error" role="alert">${errorSentence(error)}</p>`,
        complete: sessions => this.#all(sessions),
      })}
    </wherry-dialog>`
  }

  #all(sessions: readonly Session[]) {
    const others = sessions.filter(session => !session.current)
    return html`<ul>${sessions.map(session => this.#row(session))}</ul>
      ${others.length > 1 ? html`<div class="actions"><button @click=${() => this.#end(others)}>${msg(str`End the ${formatCount(others.length)} others`)}</button></div>` : null}`
  }

  #row(session: Session) {
    const seen = `${session.address} · ${msg(str`last seen ${formatDate(session.lastSeenAt)}`)}`
    return html`<li>
      ${accountIcons.monitor}
      <div><b>${session.agent}</b><span class="hint">${seen}</span></div>
      ${
        session.current
          ? html`<span class="live">${msg('This one')}</span>`
          : html`<button aria-label=${msg(str`End the session ${session.agent}`)} @click=${() => this.#end([session])}>${msg('End')}</button>`
      }
    </li>`
  }

  async #end(sessions: readonly Session[]) {
    try {
      await Promise.all(sessions.map(session => this.#revoke(session.id)))
      const count = formatCount(sessions.length)
      const text =
        sessions.length === 1 ? msg('The session was ended.') : msg(str`${count} sessions were ended.`)
      say(this, { text })
    } catch (error) {
      say(this, { text: errorSentence(error), tone: 'error' })
    }
    await this.#sessions.run()
    await this.updateComplete
    this.dialog.keepFocus()
  }

  /** One that is over already is as good. */
  async #revoke(session: string) {
    await this.client.call('session.revoke', { session }).catch(error => {
      if (!isReason(error, 'not_found')) throw error
    })
  }
}
