import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { base, buttons, fields } from '../styles/controls.ts'
import { formatBytes, formatDate } from '../text/format.ts'
import '../ui/dialog.ts'
import { icons } from '../ui/icons.ts'
import type { ClashChoice, ShownUpload } from './messages.ts'

declare global {
  interface HTMLElementEventMap {
    /** What to do with each file whose name is taken, by id. */
    'wherry-clash-choices': CustomEvent<ReadonlyMap<string, ClashChoice>>
    'wherry-clash-cancelled': CustomEvent<string[]>
  }
}

/** Asks once for all names that are taken: keep both, replace as a new version, or skip. */
@customElement('wherry-clash-dialog')
export class ClashDialog extends LitElement {
  @property({ attribute: false }) items: readonly ShownUpload[] = []
  @state() private choices: ReadonlyMap<string, ClashChoice> = new Map()

  static override styles = [
    base,
    buttons,
    fields,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 130px;
        align-items: center;
        gap: 12px;
        padding: 10px 12px;
        margin-block-end: 10px;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        font-size: 12px;
        color: var(--text-2);
      }
      b {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        color: var(--text);
        font-weight: 550;
      }
      ul {
        max-block-size: 45vh;
        overflow: auto;
      }
      .hint {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-block: 4px 16px;
      }
      label.all {
        display: flex;
        align-items: center;
        justify-content: end;
        gap: 8px;
        margin-block-end: 10px;
      }
      label.all select {
        inline-size: 130px;
      }
      @media (max-width: 719px) {
        li {
          grid-template-columns: 1fr 1fr;
        }
        select {
          grid-column: 1 / -1;
        }
      }
    `,
  ]

  override render() {
    const count = this.items.length
    const heading = count === 1 ? msg('This name is taken') : msg(str`${count} names are taken`)
    return html`<wherry-dialog wide .heading=${heading} @close=${this.#cancel}>
      ${count > 1 ? html`<label class="all">${msg('For all:')} ${this.#select(msg('For all'), this.#common(), choice => this.#chooseAll(choice))}</label>` : ''}
      <ul>
        ${this.items.map(item => this.#row(item))}
      </ul>
      <p class="hint">${icons.info} ${msg('Replace keeps the old content as a version of the file.')}</p>
      <div class="actions">
        <button class="quiet" type="button" @click=${this.#cancel}>${msg('Cancel these uploads')}</button>
        <button class="primary" type="button" autofocus @click=${this.#continue}>${msg('Continue')}</button>
      </div>
    </wherry-dialog>`
  }

  #row({ id, name, size, entry }: ShownUpload) {
    const there = entry
      ? msg(str`On the hub: ${formatBytes(entry.size)} · ${formatDate(entry.modifiedAt)}`)
      : ''
    return html`<li>
      <div><b><bdi>${name}</bdi></b>${there}</div>
      <div><b>${msg('Incoming')}</b>${formatBytes(size)}</div>
      ${this.#select(msg(str`What to do with ${name}`), this.#choice(id), choice => this.#choose(id, choice))}
    </li>`
  }

  #select(label: string, value: ClashChoice | '', choose: (choice: ClashChoice) => void) {
    const options: [ClashChoice, string][] = [
      ['keepBoth', msg('Keep both')],
      ['replace', msg('Replace')],
      ['skip', msg('Skip')],
    ]
    return html`<select aria-label=${label} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as ClashChoice)}>
      ${value === '' ? html`<option selected disabled>${msg('Mixed')}</option>` : ''}
      ${options.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}
    </select>`
  }

  #choice = (id: string): ClashChoice => this.choices.get(id) ?? 'keepBoth'

  #common(): ClashChoice | '' {
    const [first, ...others] = new Set(this.items.map(item => this.#choice(item.id)))
    return others.length === 0 && first ? first : ''
  }

  #choose(id: string, choice: ClashChoice) {
    this.choices = new Map([...this.choices, [id, choice]])
  }

  #chooseAll(choice: ClashChoice) {
    this.choices = new Map(this.items.map(item => [item.id, choice]))
  }

  #continue = () => {
    const detail = new Map(this.items.map(item => [item.id, this.#choice(item.id)]))
    this.dispatchEvent(new CustomEvent('wherry-clash-choices', { detail }))
  }

  #cancel = () => {
    this.dispatchEvent(new CustomEvent('wherry-clash-cancelled', { detail: this.items.map(item => item.id) }))
  }
}
