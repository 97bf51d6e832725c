import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { ownerOf } from '../../core/people.ts'
import { clientContext } from '../app/client-context.ts'
import { previewKind } from '../preview/preview-kind.ts'
import { followAccessEdits } from '../sharing/access-edits.ts'
import { accessSentence, subjectName } from '../sharing/access-sentence.ts'
import { levelWord } from '../sharing/level-words.ts'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes, formatCount, formatFullDate, formatItems } from '../text/format.ts'
import '../ui/avatar.ts'
import { plainName } from '../text/plain-name.ts'
import { icons } from '../ui/icons.ts'
import { contentsTask, filesAndFolders, foldersOf } from './contents.ts'
import { detailsStyles } from './details-styles.ts'
import { kindOf, kindText } from './kind.ts'
import { kindStyles } from './kind-styles.ts'

/** Larger pictures are shown by the preview only, because all of their bytes travel. */
const maxPictureBytes = 8_000_000

/** A selection that only passes by is not counted. */
const restMs = 300

const isSmallPicture = (entry: Entry) => entry.size <= maxPictureBytes && previewKind(entry) === 'image'

/** What is known about one entry, and who may do what with it; of several how many and how large. */
@customElement('wherry-details-pane')
export class DetailsPane extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) entry: Entry | null = null
  @property({ attribute: false }) selected: readonly Entry[] = []
  @property() where = ''
  /** What is in selected folders is counted only where somebody sees it: the hub has to look at each entry. */
  @property({ type: Boolean }) shown = false
  /** The caller may see and change access. */
  @property({ type: Boolean }) admin = false
  readonly #grants = new Task(this, {
    args: () => [this.admin ? this.entry?.id : undefined],
    task: async ([entry], { signal }) =>
      entry ? (await this.client.call('access.list', { entry }, { signal })).grants : null,
  })

  readonly #owner = new Task(this, {
    args: () => [this.admin ? this.entry?.id : undefined],
    task: async ([entry], { signal }) => (entry ? ownerOf(this.client, entry, signal) : null),
  })

  readonly #picture = new Task(this, {
    args: () =>
      [this.entry && isSmallPicture(this.entry) ? this.entry.id : null, this.entry?.digest] as const,
    task: async ([entry], { signal }) => {
      if (!entry) return null
      return (await this.client.call('download.url', { entries: [entry], purpose: 'view' }, { signal })).url
    },
  })

  readonly #inFolders = contentsTask(this, {
    client: () => this.client,
    entries: () => (this.shown && this.checkVisibility() ? this.selected : []),
    restMs,
  })

  constructor() {
    super()
    // Edits of others; the own come as a request.
    followAccessEdits(
      this,
      () => this.client,
      () => this.#grants.run(),
    )
  }

  override connectedCallback() {
    super.connectedCallback()
    window.addEventListener('wherry-access-edited', this.#accessEdited)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    window.removeEventListener('wherry-access-edited', this.#accessEdited)
  }

  #accessEdited = () => void this.#grants.run()

  static override styles = [base, buttons, kindStyles, detailsStyles]

  override render() {
    const { entry } = this
    if (this.selected.length > 1) return this.#several()
    if (!entry) return null
    const kind = kindOf(entry)
    const by = entry.by
      ? msg(str`by ${entry.by.id === this.client.user?.id ? msg('you') : entry.by.name}`)
      : ''
    const icon = html`<span class="kind ${kind.tone}">${icons[kind.icon]}</span>`
    const picture = isSmallPicture(entry) ? this.#picture.value : null
    return html`<div class="picture">${picture ? html`<img src=${picture} alt="" />` : icon}</div>
      <h2>${plainName(entry.name)}</h2>
      <dl>
        ${entry.kind === 'file' ? html`<dt>${msg('Size')}</dt><dd>${formatBytes(entry.size)}</dd>` : this.#contents()}
        <dt>${msg('Kind')}</dt><dd title=${entry.type ?? ''}>${kindText(entry)}</dd>
        <dt>${msg('Modified')}</dt><dd>${formatFullDate(entry.modifiedAt)} ${by}</dd>
        <dt>${msg('Added')}</dt><dd>${formatFullDate(entry.createdAt)}</dd>
        <dt>${msg('Where')}</dt><dd>${this.where}</dd>
        ${
          entry.digest
            ? html`<dt>${msg('SHA-256')}</dt><dd title=${entry.digest}><code>${entry.digest.slice(0, 4)}…${entry.digest.slice(-4)}</code><span class="verified">${msg('verified')}</span></dd>`
            : null
        }
      </dl>
      ${this.admin ? this.#access() : null}`
  }

  #several() {
    const files = this.selected.filter(entry => entry.kind === 'file')
    const folders = foldersOf(this.selected).length
    const bytes = files.reduce((sum, entry) => sum + entry.size, 0)
    return html`<div class="picture"><span class="kind">${icons.copy}</span></div>
      <h2>${msg(str`${formatItems(this.selected.length)} selected`)}</h2>
      <dl>
        ${files.length > 0 ? html`<dt>${msg('Files')}</dt><dd>${formatCount(files.length)} · ${formatBytes(bytes)}</dd>` : null}
        ${folders > 0 ? html`<dt>${msg('Folders')}</dt><dd>${formatCount(folders)}</dd>` : null}
        ${this.#contents()}
        <dt>${msg('Where')}</dt><dd>${this.where}</dd>
      </dl>`
  }

  /** What is in the folders that are selected. */
  #contents() {
    const lines = this.#inFolders.render({
      pending: () => msg('Counting…'),
      complete: sum => sum && html`${formatBytes(sum.bytes)}<br />${filesAndFolders(sum)}`,
    })
    return lines ? html`<dt>${msg('Contents')}</dt><dd>${lines}</dd>` : null
  }

  #access() {
    const grants = this.#grants.value
    if (!grants) return null
    return html`<h3>${msg('Access')}</h3>
      <p class="quiet-text">${accessSentence(grants, this.client.user?.id, this.#owner.value ?? null)}</p>
      <ul>${grants.map(
        grant => html`<li>
          ${grant.subject.kind === 'user' ? html`<wherry-avatar .person=${grant.subject.user}></wherry-avatar>` : icons.users}
          <span>${subjectName(grant)}</span><small class="quiet-text">${levelWord(grant.level)}</small>
        </li>`,
      )}</ul>
      <button @click=${() => this.dispatchEvent(new Event('access'))}>${icons.userPlus}${msg('Change access')}</button>`
  }
}
