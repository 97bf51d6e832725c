import { msg, str } from '@lit/localize'
import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { HubClient, TransferLink } from '../../core/api.ts'
import type { PeerFile } from '../../core/peer/api.ts'
import { loadPart } from '../app/load-part.ts'
import type { KeptWhole } from '../peer/kept-store.ts'
import { offerListStyles } from '../peer/offer-list-styles.ts'
import {
  canChooseFolder,
  chooseFolder,
  downloadFile,
  downloadZip,
  mayWrite,
  type SavedFiles,
  saveToFolder,
} from '../peer/save-received.ts'
import { base, buttons } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import { formatCount } from '../text/format.ts'
import { plainName } from '../text/plain-name.ts'
import { copyText } from '../ui/copy-text.ts'
import { icons } from '../ui/icons.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import type { Receipt } from './receipt.ts'
import { receiptStyles } from './receipt-styles.ts'

/** More of them are downloaded as a zip, not one by one. */
const mostRows = 20

/** Each file can be saved by a row of its own: not for one alone, and not for too many. */
export const hasRows = (files: number): boolean => files > 1 && files <= mostRows

/** What arrived: the text to copy, the files to save. Goes into a folder by itself where one was chosen. */
@customElement('wherry-received')
export class Received extends LitElement {
  @property({ attribute: false }) receipt: Receipt | null = null
  @property({ attribute: false }) client: (HubClient & TransferLink) | null = null
  @state() private savedFiles = 0
  @state() private isSaving = false
  /** Said when it is done. */
  @state() private savedTo: TemplateResult | null = null
  @state() private problem = ''

  static override styles = [base, buttons, receiptStyles, offerListStyles]

  override firstUpdated() {
    void this.#saveWhereAsked()
  }

  constructor() {
    super()
    // From the buttons to what is told in their place, and back to them if it failed.
    new LostFocus(this, () =>
      this.renderRoot.querySelector<HTMLElement>('[role="status"], .wide button')?.focus(),
    )
  }

  override render() {
    const { receipt } = this
    if (!receipt) return nothing
    const { whole } = receipt
    const { text = null, files = [] } = receipt.offer ?? {}
    return html`${text === null ? nothing : this.#text(text)}${files.length > 0 ? this.#files(whole, this.#folders) : nothing}
      ${this.problem ? html`<p class="state danger" role="alert">${icons.circleAlert}<span>${this.problem}</span></p>` : nothing}`
  }

  get #folders(): PeerFile[] {
    return this.receipt?.offer?.files.filter(({ kind }) => kind === 'folder') ?? []
  }

  #text(text: string) {
    return html`<p class="text"><bdi>${text}</bdi></p>
      <div class="buttons">
        <button class="primary" type="button" @click=${() => this.#copy(text)}>${icons.copy}${msg('Copy text')}</button>
      </div>
      <p class="hint">${msg('Until you copy it, it is kept in this browser, for a week at most.')}</p>`
  }

  #files(whole: readonly KeptWhole[], folders: readonly PeerFile[]) {
    if (this.isSaving || this.savedTo !== null) {
      const saving = msg(str`Saving ${formatCount(this.savedFiles)} of ${formatCount(whole.length)}…`)
      return html`<p class="state ${this.isSaving ? '' : 'live'}" role="status" tabindex="-1">${this.isSaving ? nothing : icons.check}<span>${this.isSaving ? saving : this.savedTo}</span></p>`
    }
    const [only] = whole
    const isOne = whole.length === 1 && folders.length === 0
    return html`<div class="buttons wide">
        ${
          only && isOne
            ? html`<button class="primary" type="button" @click=${() => this.#download(only)}>${icons.download}${msg('Save')}</button>`
            : html`<button class="primary" type="button" @click=${() => this.#downloadAll(whole, folders)}>${icons.download}${msg('Save all as a zip')}</button>`
        }
        ${canChooseFolder() ? html`<button type="button" @click=${this.#intoFolder}>${icons.folderInput}${msg('Save into a folder…')}</button>` : nothing}
        ${this.client?.user ? html`<button type="button" @click=${this.#toSpace}>${icons.upload}${msg('Save to my space')}</button>` : nothing}
      </div>
      ${hasRows(whole.length) ? html`<ul class="rows">${whole.map(one => this.#row(one))}</ul>` : nothing}
      <p class="hint">${msg('Until you save it, it is kept in this browser only, for a week at most.')}</p>`
  }

  #row(one: KeptWhole) {
    const name = one.file.path.at(-1) ?? ''
    const folder = one.file.path.slice(0, -1).join('/')
    const above = folder ? html`<small><bdi>${folder}</bdi>/</small>` : nothing
    const label = msg(str`Save ${name}`)
    return html`<li><span title=${one.file.path.join('/')}>${above}<bdi>${plainName(name)}</bdi></span>
      <button class="icon" type="button" aria-label=${label} title=${label} @click=${() => this.#download(one)}>${icons.download}</button></li>`
  }

  /** A folder that was chosen at Accept; after a reload the browser may want to be asked again, by the button. */
  async #saveWhereAsked() {
    const { remembered } = this.receipt ?? {}
    if (!remembered?.folder || remembered.savedAt !== null) return
    if (await mayWrite(remembered.folder)) await this.#saveInto(remembered.folder)
  }

  #intoFolder = async () => {
    const folder = await chooseFolder()
    if (folder) await this.#saveInto(folder)
  }

  /** What the folder that was chosen last has already: another try saves the rest. */
  #inFolder: { folder: FileSystemDirectoryHandle; saved: SavedFiles } | null = null
  /** The same of the own space. */
  readonly #inSpace = new Set<PeerFile>()

  async #saveInto(folder: FileSystemDirectoryHandle) {
    const { whole = [] } = this.receipt ?? {}
    const done = html`${msg(str`Saved in “${folder.name}”`)}`
    const before = this.#inFolder
    const isSame = await before?.folder.isSameEntry(folder)
    const saved = isSame && before ? before.saved : new Map()
    this.#inFolder = { folder, saved }
    await this.#save(done, onSaved => saveToFolder(folder, whole, this.#folders, saved, onSaved))
  }

  #toSpace = async () => {
    const { client } = this
    const { whole = [] } = this.receipt ?? {}
    if (!client) return
    const part = await loadPart(this, import('./save-to-space.ts'))
    if (!part) return
    await this.#save(html`<a href="/f/">${msg('Saved in your files')}</a>`, onSaved =>
      part.saveToSpace(client, whole, this.#folders, this.#inSpace, onSaved),
    )
  }

  async #save(done: TemplateResult, work: (onSaved: (files: number) => void) => Promise<void>) {
    if (this.isSaving) return
    this.isSaving = true
    this.savedFiles = 0
    this.problem = ''
    try {
      await work(files => {
        this.savedFiles = files
      })
      this.savedTo = done
      this.receipt?.saved()
    } catch (error) {
      const isFull = error instanceof DOMException && error.name === 'QuotaExceededError'
      this.problem = isFull
        ? msg('There is not enough room there. Choose another place.')
        : errorSentence(error)
      if (this.savedFiles > 0)
        this.problem += ` ${msg(str`Saved so far: ${formatCount(this.savedFiles)} of ${formatCount(this.receipt?.whole.length ?? 0)}.`)}`
    }
    this.isSaving = false
  }

  #download(one: KeptWhole) {
    downloadFile(one)
    if (this.receipt?.whole.length === 1) this.receipt.saved()
  }

  #downloadAll(whole: readonly KeptWhole[], folders: readonly PeerFile[]) {
    downloadZip(whole, folders)
    this.receipt?.saved()
  }

  async #copy(text: string) {
    const isCopied = await copyText(this, text, msg('The text was copied.'))
    if (isCopied && this.receipt?.whole.length === 0) this.receipt.saved()
  }
}
