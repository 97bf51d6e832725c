import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { css, html, LitElement, type TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { isReason } from '../../../protocol/errors.ts'
import type { Result } from '../../../protocol/table.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { request } from '../app/requests.ts'
import { isPlainClick } from '../app/router.ts'
import { folderPath } from '../app/routes.ts'
import { kindOf } from '../files/kind.ts'
import { kindStyles } from '../files/kind-styles.ts'
import { base, buttons } from '../styles/controls.ts'
import { pageStyles } from '../styles/page-styles.ts'
import { errorSentence } from '../text/errors.ts'
import { formatBytes } from '../text/format.ts'
import '../ui/confirm-dialog.ts'
import { icons } from '../ui/icons.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import { leave, say } from '../ui/say.ts'
import { levelWord } from './level-words.ts'

type Shared = Result<'space.list'>['shared'][number]

/** What others shared with the signed-in user. */
@customElement('wherry-shared-page')
export class SharedPage extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @state() private dialog: TemplateResult | null = null
  @property({ attribute: false }) items: readonly Shared[] = []
  /** There is more than the items. */
  @property({ type: Boolean }) more = false
  @property({ type: Boolean }) loaded = false

  static override styles = [
    base,
    buttons,
    pageStyles,
    kindStyles,
    css`
      a {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 14px;
        min-inline-size: 0;
        color: inherit;
        text-decoration: none;
      }
      li:hover {
        background: var(--hover);
      }
    `,
  ]

  constructor() {
    super()
    new LostFocus(this, () => leave(this))
  }

  override render() {
    return html`<header><h1>${msg('Shared with me')}</h1></header>
      ${
        this.items.length > 0
          ? html`<ul class="rows">${repeat(
              this.items,
              ({ entry }) => entry.id,
              item => this.#row(item),
            )}</ul>`
          : this.#empty()
      }
      ${this.more ? html`<p class="hint">${msg('There is more than fits into this list.')}</p>` : null}
      ${this.dialog}`
  }

  #row({ entry, level, spaceName, path }: Shared) {
    const above = path.at(-1) === entry.name ? path.slice(0, -1) : path
    const kind = kindOf(entry)
    const size = entry.kind === 'file' ? ` · ${formatBytes(entry.size)}` : ''
    return html`<li>
      <a href=${folderPath(entry.id)} @click=${(event: MouseEvent) => this.#open(event, entry)}>
        <span class="kind ${kind.tone}">${icons[kind.icon]}</span>
        <span class="main"><b>${entry.name}</b><small>${msg(str`From ${[spaceName, ...above].join(' / ')}`)}${size}</small></span>
      </a>
      <span class="tag">${levelWord(level)}</span>
      <button class="icon" aria-label=${msg(str`Leave “${entry.name}”`)} title=${msg('Leave')} @click=${() => this.#askToLeave(entry)}>${icons.close}</button>
    </li>`
  }

  #askToLeave(entry: Entry) {
    this.dialog = html`<wherry-confirm-dialog
      heading=${msg(str`Leave “${entry.name}”?`)}
      action=${msg('Leave')}
      @confirm=${() => void this.#leave(entry)}
      @close=${this.#closed}
    ><p>${msg('What was given to you here ends, and with it what you upload there. Only those who manage it can give it to you again.')}</p></wherry-confirm-dialog>`
  }

  #closed = () => {
    this.dialog = null
  }

  async #leftWords({ id: entry, name }: Entry, left: boolean): Promise<string> {
    if (!left) return msg(str`“${name}” was given to everyone, and not to you alone.`)
    try {
      await this.client.call('access.check', { entry })
    } catch (error) {
      if (isReason(error, 'not_found')) return msg(str`You left “${name}”.`)
      throw error
    }
    return msg(
      str`You left “${name}”, and still see it: everyone was given it, or you were given a folder above.`,
    )
  }

  async #leave(entry: Entry) {
    try {
      const { left } = await this.client.call('access.leave', { entry: entry.id })
      say(this, { text: await this.#leftWords(entry, left) })
    } catch (error) {
      say(this, { text: errorSentence(error), tone: 'error' })
    }
  }

  /** Nothing around a shared file is there to be shown, unless its folder is shared too. */
  #open(event: MouseEvent, entry: Entry) {
    if (entry.kind === 'folder' || !isPlainClick(event)) return
    if (!request(this, 'wherry-preview-request', { entry, siblings: () => [entry] })) event.preventDefault()
  }

  #empty() {
    if (!this.loaded) return null
    return html`<div class="empty">
      ${icons.share}<b>${msg('Nothing is shared with you yet')}</b>
      <p>${msg('Folders that others open to you appear here by themselves.')}</p>
    </div>`
  }
}
