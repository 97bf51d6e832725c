import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { css, html, LitElement, type TemplateResult } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { User } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { allUsers } from '../../core/people.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { pageStyles } from '../styles/page-styles.ts'
import { errorSentence } from '../text/errors.ts'
import { formatBytes } from '../text/format.ts'
import '../ui/avatar.ts'
import '../ui/confirm-dialog.ts'
import { icons } from '../ui/icons.ts'
import { say } from '../ui/say.ts'
import './new-user-dialog.ts'
import './set-password-dialog.ts'
import './user-grants-dialog.ts'

/** For administrators: all accounts, new ones, a new password for one, and switching one off or on. */
@customElement('wherry-users-page')
export class UsersPage extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @state() private dialog: TemplateResult | null = null
  readonly #users = new Task(this, { args: () => [], task: (_, { signal }) => allUsers(this.client, signal) })

  static override styles = [
    base,
    buttons,
    fields,
    pageStyles,
    css`
      .rows li {
        flex-wrap: wrap;
      }
      .rows .main {
        flex-basis: 160px;
      }
      .commands {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-inline-start: auto;
      }
    `,
  ]

  override connectedCallback() {
    super.connectedCallback()
    addEventListener('focus', this.#readAgain)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    removeEventListener('focus', this.#readAgain)
  }

  /** Other administrators change accounts, too, and the hub tells nobody of it. */
  #readAgain = () => void this.#users.run()

  override render() {
    return html`<header>
        <h1>${msg('Users')}</h1>
        <button class="primary" @click=${this.#add}>${icons.userPlus}${msg('New user')}</button>
      </header>
      ${this.#users.render({
        error: error => html`<p class="error" role="alert">${errorSentence(error)}</p>`,
        // What is shown stays while it is read anew, and the focus with it.
        pending: () => this.#rows(this.#users.value ?? []),
        complete: users => this.#rows(users),
      })}
      ${this.dialog}`
  }

  #rows(users: readonly User[]) {
    return html`<ul class="rows">${repeat(
      users,
      ({ id }) => id,
      user => this.#row(user),
    )}</ul>`
  }

  #row(user: User) {
    const used =
      user.quotaBytes === null
        ? formatBytes(user.usedBytes)
        : msg(str`${formatBytes(user.usedBytes)} of ${formatBytes(user.quotaBytes)}`)
    return html`<li>
      <wherry-avatar .person=${user}></wherry-avatar>
      <span class="main"><b>${user.name}</b><small>${user.email} · ${used}</small></span>
      ${user.role === 'admin' ? html`<span class="tag">${msg('Administrator')}</span>` : null}
      ${user.disabled ? html`<span class="tag off">${msg('Disabled')}</span>` : null}
      ${user.id === this.client.user?.id ? null : this.#commands(user)}
    </li>`
  }

  #commands(user: User) {
    const command = (name: string, run: () => void) =>
      html`<button aria-label=${`${name}: ${user.email}`} @click=${run}>${name}</button>`
    return html`<span class="commands">
      ${command(msg('Access…'), () => this.#showGrants(user))}
      ${command(msg('Set password…'), () => this.#setPassword(user))}
      ${command(user.disabled ? msg('Enable') : msg('Disable'), () => (user.disabled ? void this.#set(user, false) : this.#disable(user)))}
    </span>`
  }

  async #set(user: User, disabled: boolean) {
    try {
      await this.client.call('user.disable', { user: user.id, disabled })
      await this.#users.run()
      say(this, { text: disabled ? msg(str`${user.name} is disabled.`) : msg(str`${user.name} is enabled.`) })
    } catch (error) {
      say(this, { text: errorSentence(error), tone: 'error' })
    }
  }

  #closed = () => {
    this.dialog = null
  }

  #disable(user: User) {
    const confirm = () => void this.#set(user, true)
    this.dialog = html`<wherry-confirm-dialog
      heading=${msg(str`Disable ${user.email}?`)}
      action=${msg('Disable')}
      @confirm=${confirm}
      @close=${this.#closed}
    ><p>${msg('All sessions of this account end, with what they upload and download, and nobody can sign in to it until it is enabled again. Its files and what was shared stay.')}</p></wherry-confirm-dialog>`
  }

  #showGrants(user: User) {
    this.dialog = html`<wherry-user-grants-dialog .user=${user} @close=${this.#closed}></wherry-user-grants-dialog>`
  }

  #setPassword(user: User) {
    this.dialog = html`<wherry-set-password-dialog .user=${user} @close=${this.#closed}></wherry-set-password-dialog>`
  }

  #add = () => {
    const closed = () => {
      this.dialog = null
      void this.#users.run()
    }
    this.dialog = html`<wherry-new-user-dialog @close=${closed}></wherry-new-user-dialog>`
  }
}
