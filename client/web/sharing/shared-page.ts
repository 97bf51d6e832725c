import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Result } from '../../../protocol/table.ts'
import type { Entry } from '../../../protocol/values.ts'
import { request } from '../app/requests.ts'
import { isPlainClick } from '../app/router.ts'
import { folderPath } from '../app/routes.ts'
import { kindOf } from '../files/kind.ts'
import { kindStyles } from '../files/kind-styles.ts'
import { base } from '../styles/controls.ts'
import { pageStyles } from '../styles/page-styles.ts'
import { formatBytes } from '../text/format.ts'
import { icons } from '../ui/icons.ts'
import { levelWord } from './level-words.ts'

type Shared = Result<'space.list'>['shared'][number]

/** What others shared with the signed-in user. */
@customElement('wherry-shared-page')
export class SharedPage extends LitElement {
  @property({ attribute: false }) items: readonly Shared[] = []
  /** There is more than the items. */
  @property({ type: Boolean }) more = false
  @property({ type: Boolean }) loaded = false

  static override styles = [
    base,
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

  override render() {
    return html`<header><h1>${msg('Shared with me')}</h1></header>
      ${this.items.length > 0 ? html`<ul class="rows">${this.items.map(item => this.#row(item))}</ul>` : this.#empty()}
      ${this.more ? html`<p class="hint">${msg('There is more than fits into this list.')}</p>` : null}`
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
    </li>`
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
