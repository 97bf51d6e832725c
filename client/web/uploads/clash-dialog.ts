import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import { type Kind, kindOf } from '../files/kind.ts'
import { kindStyles } from '../files/kind-styles.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { formatBytes, formatCount, formatDate, formatItems } from '../text/format.ts'
import { plainName } from '../text/plain-name.ts'
import '../ui/dialog.ts'
import { icons } from '../ui/icons.ts'
import { transferIcons } from '../ui/transfer-icons.ts'
import { clashStyles } from './clash-styles.ts'
import type { ClashChoice, ShownUpload } from './messages.ts'

declare global {
  interface HTMLElementEventMap {
    /** What to do with each file whose name is taken, by id. */
    'wherry-clash-choices': CustomEvent<ReadonlyMap<string, ClashChoice>>
    'wherry-clash-cancelled': CustomEvent<string[]>
  }
}

const ageWords = (laterMs: number): string => {
  if (laterMs === 0) return msg('same date')
  return laterMs > 0 ? msg('newer') : msg('older')
}

/** Facts that break only between each other. */
const joined = (facts: readonly (string | null | undefined)[]): string =>
  facts.flatMap(fact => fact?.replaceAll(' ', '\u00a0') ?? []).join('\u00a0· ')

const isFolder = ({ entry }: ShownUpload): boolean => entry?.kind === 'folder'

const canReplace = (item: ShownUpload): boolean => !isFolder(item) && item.takenFolder === null

/** Of its name that is taken: all files of a folder have that in common. */
const keyOf = ({ id, folder, takenFolder }: ShownUpload): string =>
  takenFolder === null ? id : `${folder}/${takenFolder}`

/** Asks once for all names that are taken: keep both, replace as a new version, or skip. */
@customElement('wherry-clash-dialog')
export class ClashDialog extends LitElement {
  @property({ attribute: false }) items: readonly ShownUpload[] = []
  /** Where all of the names are; null if they are in several folders, or it is not known. */
  @property({ attribute: false }) folderName: string | null = null
  /** The person's id. */
  @property() me = ''
  @state() private choices: ReadonlyMap<string, ClashChoice> = new Map()

  static override styles = [base, buttons, fields, kindStyles, clashStyles]

  override render() {
    const names = [...Map.groupBy(this.items, keyOf).values()]
    const count = names.length
    const someReplace = this.items.some(canReplace)
    return html`<wherry-dialog wide .heading=${this.#heading(count)} @close=${this.#cancel}>
      ${count > 1 ? html`<label class="all">${msg('For all:')} ${this.#select(msg('For all'), this.#common(), someReplace, choice => this.#chooseAll(choice))}</label>` : ''}
      <ul>
        ${names.map(items => this.#row(items))}
      </ul>
      ${someReplace ? this.#hint(msg('Replace puts the new content in the place of the old.')) : ''}
      ${this.items.some(isFolder) ? this.#hint(msg('A file cannot replace a folder.')) : ''}
      ${this.items.some(item => item.takenFolder !== null) ? this.#hint(msg('A folder cannot replace a file.')) : ''}
      <div class="actions">
        <button class="quiet" type="button" @click=${this.#cancel}>${msg('Cancel these uploads')}</button>
        <button class="primary" type="button" autofocus @click=${this.#continue}>${msg('Continue')}</button>
      </div>
    </wherry-dialog>`
  }

  #hint(text: string) {
    return html`<p class="hint">${transferIcons.info} <bdi>${text}</bdi></p>`
  }

  #heading(count: number): string {
    const { folderName } = this
    if (folderName === null)
      return count === 1 ? msg('This name is taken') : msg(str`${formatCount(count)} names are taken`)
    return count === 1
      ? msg(str`This name is taken in “${folderName}”`)
      : msg(str`${formatCount(count)} names are taken in “${folderName}”`)
  }

  #row(items: readonly ShownUpload[]) {
    const [item] = items
    if (!item) return ''
    const { size, modifiedAt, entry, takenFolder } = item
    const path = takenFolder?.split('/') ?? [item.path, item.name]
    const name = path.at(-1) ?? ''
    // In the heading where it is the same for all.
    const above = this.folderName === null ? path.slice(0, -1).filter(Boolean).join('/') : ''
    const incoming =
      takenFolder === null
        ? [formatBytes(size), entry && ageWords(modifiedAt - entry.modifiedAt), formatDate(modifiedAt)]
        : [msg('a folder'), formatItems(items.length)]
    const kind = takenFolder === null ? 'file' : 'folder'
    return html`<li>
      ${this.#side(kindOf(entry ?? { kind: 'file', name, type: null }), entry?.name ?? name, above, entry ? this.#there(entry) : '')}
      ${this.#side(kindOf({ kind, name, type: kind === 'file' ? (entry?.type ?? null) : null }), entry && entry.name !== name ? msg(str`Incoming: ${plainName(name)}`) : msg('Incoming'), '', joined(incoming))}
      ${this.#select(msg(str`What to do with ${[above, name].filter(Boolean).join('/')}`), this.#choice(item), canReplace(item), choice => this.#choose(item, choice))}
    </li>`
  }

  #side({ icon, tone }: Kind, title: string, above: string, words: string) {
    return html`<div class="side">
      <span class="kind ${tone}">${icons[icon]}</span>
      <div><b title=${title}><bdi>${plainName(title)}</bdi></b>${above ? html`<small><bdi>${plainName(above)}</bdi></small>` : nothing}<bdi>${words}</bdi></div>
    </div>`
  }

  #there({ kind, size, by, modifiedAt }: Entry): string {
    const who = by?.id === this.me ? msg('you') : by?.name
    const what = kind === 'folder' ? msg('a folder') : formatBytes(size)
    return msg(str`On the hub: ${joined([what, who, formatDate(modifiedAt)])}`)
  }

  #select(
    label: string,
    value: ClashChoice | '',
    withReplace: boolean,
    choose: (choice: ClashChoice) => void,
  ) {
    const all: [ClashChoice, string][] = [
      ['keepBoth', msg('Keep both')],
      ['replace', msg('Replace')],
      ['skip', msg('Skip')],
    ]
    const options = all.filter(([key]) => withReplace || key !== 'replace')
    return html`<select aria-label=${label} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as ClashChoice)}>
      ${value === '' ? html`<option selected disabled>${msg('Mixed')}</option>` : ''}
      ${options.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}
    </select>`
  }

  #choice = (item: ShownUpload): ClashChoice => this.choices.get(keyOf(item)) ?? 'keepBoth'

  #common(): ClashChoice | '' {
    const [first, ...others] = new Set(this.items.map(this.#choice))
    return others.length === 0 && first ? first : ''
  }

  #choose(item: ShownUpload, choice: ClashChoice) {
    this.choices = new Map([...this.choices, [keyOf(item), choice]])
  }

  /** Where one of them is a folder, replacing is no choice: both are kept, so that nothing is lost. */
  #chooseAll(choice: ClashChoice) {
    const choiceOf = (item: ShownUpload) => (choice === 'replace' && !canReplace(item) ? 'keepBoth' : choice)
    this.choices = new Map(this.items.map(item => [keyOf(item), choiceOf(item)]))
  }

  #continue = () => {
    const detail = new Map(this.items.map(item => [item.id, this.#choice(item)]))
    this.dispatchEvent(new CustomEvent('wherry-clash-choices', { detail }))
  }

  #cancel = () => {
    this.dispatchEvent(new CustomEvent('wherry-clash-cancelled', { detail: this.items.map(item => item.id) }))
  }
}
