import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { accessSentence, subjectName } from '../sharing/access-sentence.ts'
import { levelWord } from '../sharing/level-words.ts'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes, formatFullDate } from '../text/format.ts'
import '../ui/avatar.ts'
import { icons } from '../ui/icons.ts'
import { kindOf } from './kind.ts'
import { kindStyles } from './kind-styles.ts'

/** What is known about one entry, and who may do what with it. */
@customElement('wherry-details-pane')
export class DetailsPane extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) entry: Entry | null = null
  @property() where = ''
  /** The caller may see and change access. */
  @property({ type: Boolean }) admin = false
  readonly #grants = new Task(this, {
    args: () => [this.admin ? this.entry?.id : undefined],
    task: async ([entry], { signal }) =>
      entry ? (await this.client.call('access.list', { entry }, { signal })).grants : null,
  })

  static override styles = [
    base,
    buttons,
    kindStyles,
    css`
      :host {
        display: block;
        padding: 20px 18px;
        border-inline-start: 1px solid var(--line);
        overflow: hidden auto;
      }
      .picture {
        display: grid;
        place-items: center;
        block-size: 148px;
        margin-block-end: 18px;
        border-radius: var(--radius-m);
        background: var(--sunken);
      }
      .picture .kind {
        inline-size: 72px;
        block-size: 72px;
        border-radius: var(--radius-l);
      }
      .picture .kind svg {
        inline-size: 38px;
        block-size: 38px;
        stroke-width: 1.3;
      }
      h2 {
        font-size: 15px;
        font-weight: 650;
        overflow-wrap: anywhere;
      }
      h3 {
        margin-block: 22px 8px;
        font-size: 13px;
        font-weight: 600;
      }
      dl {
        display: grid;
        grid-template-columns: 92px minmax(0, 1fr);
        gap: 9px 10px;
        margin-block-start: 16px;
        font-size: 13px;
      }
      dt,
      .quiet-text {
        color: var(--text-2);
      }
      dd,
      p {
        unicode-bidi: plaintext;
      }
      :host(:dir(rtl)) :is(dd, p) {
        text-align: right;
      }
      dd {
        overflow-wrap: anywhere;
        font-variant-numeric: tabular-nums;
      }
      code {
        font-size: 12px;
      }
      .verified {
        margin-inline-start: 6px;
        padding: 1px 8px;
        border-radius: 99px;
        font-size: 12px;
        font-weight: 600;
        color: var(--live);
        background: var(--live-soft);
      }
      li {
        display: flex;
        align-items: center;
        gap: 10px;
        padding-block: 5px;
        font-size: 13px;
      }
      li svg {
        inline-size: 22px;
      }
      li span {
        flex: 1;
      }
      p {
        font-size: 13px;
      }
      button {
        margin-block-start: 10px;
      }
    `,
  ]

  override render() {
    const { entry } = this
    if (!entry) return null
    const kind = kindOf(entry)
    const by = entry.by
      ? msg(str`by ${entry.by.id === this.client.user?.id ? msg('you') : entry.by.name}`)
      : ''
    return html`<div class="picture"><span class="kind ${kind.tone}">${icons[kind.icon]}</span></div>
      <h2>${entry.name}</h2>
      <dl>
        ${entry.kind === 'file' ? html`<dt>${msg('Size')}</dt><dd>${formatBytes(entry.size)}</dd>` : null}
        <dt>${msg('Kind')}</dt><dd>${entry.kind === 'folder' ? msg('Folder') : entry.type}</dd>
        <dt>${msg('Modified')}</dt><dd>${formatFullDate(entry.modifiedAt)} ${by}</dd>
        <dt>${msg('Added')}</dt><dd>${formatFullDate(entry.createdAt)}</dd>
        <dt>${msg('Where')}</dt><dd>${this.where}</dd>
        ${
          entry.digest
            ? html`<dt>${msg('Content')}</dt><dd title=${entry.digest}><code>${entry.digest.slice(0, 4)}…${entry.digest.slice(-4)}</code><span class="verified">${msg('verified')}</span></dd>`
            : null
        }
      </dl>
      ${this.admin ? this.#access() : null}`
  }

  #access() {
    const grants = this.#grants.value
    if (!grants) return null
    return html`<h3>${msg('Access')}</h3>
      <p class="quiet-text">${accessSentence(grants, this.client.user?.id)}</p>
      <ul>${grants.map(
        grant => html`<li>
          ${grant.subject.kind === 'user' ? html`<wherry-avatar .person=${grant.subject.user}></wherry-avatar>` : icons.users}
          <span>${subjectName(grant)}</span><small class="quiet-text">${levelWord(grant.level)}</small>
        </li>`,
      )}</ul>
      <button @click=${() => this.dispatchEvent(new Event('access'))}>${icons.userPlus}${msg('Change access')}</button>`
  }
}
