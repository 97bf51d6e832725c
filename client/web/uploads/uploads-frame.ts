import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { includesLevel } from '../../../protocol/levels.ts'
import type { HubClient, Stop } from '../../core/api.ts'
import { arrivedBytes } from '../../core/upload/motion.ts'
import { clientContext } from '../app/client-context.ts'
import { loadLater } from '../app/load-later.ts'
import { tellMissing } from '../app/load-part.ts'
import { titleProgress } from '../app/page-title.ts'
import { type OpenFolder, type Requests, request } from '../app/requests.ts'
import { agent, socketUrl } from '../hub-address.ts'
import { hasRememberedSends } from '../send/sends-key.ts'
import { focusedElement } from '../ui/focus.ts'
import { leave, say } from '../ui/say.ts'
import { type Chosen, chooseFiles, type Reading } from './chosen-files.ts'
import './clash-dialog.ts'
import './drop-zone.ts'
import type { ShownUpload } from './messages.ts'
import { Readings } from './readings.ts'
import { canSave, chooseTarget } from './save-target.ts'
import { isActive, isOver } from './tray-order.ts'
import './upload-tray.ts'
import { formatCount } from '../text/format.ts'
import { startUploads, type Uploads } from './uploads.ts'

/** Everything about uploads in the page, over all of its pages: drop zone, tray, questions. Starts the worker. */
@customElement('wherry-uploads')
export class UploadsFrame extends LitElement {
  @consume({ context: clientContext }) client?: HubClient
  /** The folder on the screen: what is dropped goes there. */
  @property({ attribute: false }) folder: OpenFolder | null = null
  readonly #readings = new Readings(this)
  #uploads: Uploads | null = null
  #stop: Stop | null = null
  /** Of the folders that were open, by id. */
  readonly #folderNames = new Map<string, string>()
  #told: ReadonlySet<string> | undefined
  /** How many uploads were over when it was told last. */
  #over = 0
  #isAsking = false

  static override styles = css`
    wherry-upload-tray {
      position: fixed;
      inset-block-end: 20px;
      inset-inline-end: 20px;
      z-index: 10;
      inline-size: min(400px, calc(100vw - 24px));
    }
    @media (max-width: 719px) {
      wherry-upload-tray {
        inset-block-end: calc(68px + env(safe-area-inset-bottom));
        inset-inline: 12px;
        inline-size: auto;
      }
    }
    @media (max-width: 719px) and (max-height: 419px) {
      wherry-upload-tray {
        inset-block-end: calc(60px + env(safe-area-inset-bottom));
      }
    }
  `

  override connectedCallback() {
    super.connectedCallback()
    window.addEventListener('wherry-upload-request', this.#uploadAsked as EventListener)
    window.addEventListener('wherry-download-request', this.#saveAsked as EventListener)
    window.addEventListener('beforeunload', this.#leaving)
  }

  override willUpdate() {
    if (this.folder) this.#folderNames.set(this.folder.id, this.folder.name)
  }

  override firstUpdated() {
    const user = this.client?.user
    if (!user) return
    void this.#goOnSending()
    // Receiving needs a secure page.
    if (isSecureContext) void loadLater(() => import('../offers/offer-notice.ts'))
    this.#uploads = startUploads({
      ...{ url: socketUrl(), agent, user: user.id },
      onProblem: text => say(this, { tone: 'error', text }),
      onMissing: () => void tellMissing(this),
    })
    this.#stop = this.#uploads.onChange(() => this.#changed())
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    window.removeEventListener('wherry-upload-request', this.#uploadAsked as EventListener)
    window.removeEventListener('wherry-download-request', this.#saveAsked as EventListener)
    window.removeEventListener('beforeunload', this.#leaving)
    this.#stop?.()
    this.#uploads?.close()
    titleProgress(null)
  }

  override render() {
    const uploads = this.#uploads
    const writable = this.folder !== null && includesLevel(this.folder.level, 'write')
    const zone = html`<wherry-drop-zone
      ?known=${this.folder !== null}
      .folderName=${writable ? (this.folder?.name ?? null) : null}
      @wherry-files-dropped=${(event: HTMLElementEventMap['wherry-files-dropped']) => this.#addRead(event.detail, this.folder)}
    ></wherry-drop-zone>`
    if (!uploads) return zone
    const items = [...uploads.items.values()]
    const clashes = items.filter(item => item.state === 'clash')
    const { command } = uploads
    return html`${zone}
      <wherry-offers></wherry-offers>
      <wherry-upload-tray
        .items=${items}
        .folderNames=${this.#folderNames}
        .totals=${uploads.totals}
        .seconds=${uploads.speed.seconds}
        .rate=${uploads.speed.rate}
        .stalled=${uploads.isStalled}
        .returning=${uploads.returningCount}
        .readCount=${this.#readings.fileCount}
        .locked=${uploads.lockedCount}
        .saves=${[...uploads.saves.values()]}
        @wherry-save-command=${(event: CustomEvent<string>) => uploads.dropSave(event.detail)}
        @wherry-upload-command=${(event: HTMLElementEventMap['wherry-upload-command']) => this.#rowCommand(event.detail)}
        @wherry-tray-command=${(event: HTMLElementEventMap['wherry-tray-command']) => this.#trayCommand(event.detail)}
      ></wherry-upload-tray>
      ${
        clashes.length === 0
          ? nothing
          : html`<wherry-clash-dialog
            .items=${clashes}
            .folderName=${this.#folderOf(clashes)}
            .me=${this.client?.user?.id ?? ''}
            @wherry-clash-choices=${(event: HTMLElementEventMap['wherry-clash-choices']) => this.#choose(event.detail)}
            @wherry-clash-cancelled=${(event: CustomEvent<string[]>) => command('cancel', event.detail)}
          ></wherry-clash-dialog>`
      }`
  }

  /** The name of the folder that all of these go to, if it is one, and known. */
  #folderOf(uploads: readonly ShownUpload[]): string | null {
    const placeOf = ({ folder, path, takenFolder }: ShownUpload) =>
      [folder, ...(takenFolder?.split('/').slice(0, -1) ?? [path])].join('/')
    const [first, ...others] = new Set(uploads.map(placeOf))
    const [folder = '', ...path] = first?.split('/').filter(Boolean) ?? []
    return others.length > 0 ? null : (path.at(-1) ?? this.#folderNames.get(folder) ?? null)
  }

  override updated() {
    const uploads = this.#uploads
    if (!uploads) return
    const isAsking = this.renderRoot.querySelector('wherry-clash-dialog') !== null
    if (this.#isAsking && !isAsking && focusedElement() === null) leave(this)
    this.#isAsking = isAsking
    const active = uploads.returningCount > 0 || [...uploads.items.values()].some(isActive)
    const { bytes } = uploads.totals
    const percent = bytes === 0 ? 100 : Math.floor((100 * arrivedBytes(uploads.totals)) / bytes)
    titleProgress(active ? percent : null)
  }

  /** Direct sends of before a reload go on whatever page is shown. */
  async #goOnSending() {
    if (!this.client || !isSecureContext || !hasRememberedSends()) return
    const { sendsOf } = await import('../send/sends.ts')
    sendsOf(this.client)
  }

  #changed() {
    const { ids, items } = this.#uploads ?? {}
    const over = [...(items?.values() ?? [])].filter(item => !isActive(item)).length
    if (ids && ids !== this.#told) request(this, 'wherry-uploads-shown', ids)
    if (ids !== this.#told || over !== this.#over) request(this, 'wherry-usage-changed', null)
    this.#told = ids
    this.#over = over
    this.requestUpdate()
  }

  #uploadAsked = (event: CustomEvent<Requests['wherry-upload-request']>) => {
    const { folder, kind } = event.detail
    void chooseFiles(kind).then(chosen => chosen && this.#add(chosen, folder))
  }

  #saveAsked = (event: CustomEvent<Requests['wherry-download-request']>) => {
    const [entry, ...others] = event.detail.entries
    if (!this.#uploads || entry?.kind !== 'file' || others.length > 0 || !canSave()) return
    event.preventDefault()
    void chooseTarget(entry.name).then(handle => handle && this.#uploads?.save(entry, handle))
  }

  /** A warning only while something would be lost: files that the browser remembers go on after a reload. */
  #leaving = (event: BeforeUnloadEvent) => {
    const saving = [...(this.#uploads?.saves.values() ?? [])].some(save => save.state === 'running')
    if (this.#readings.isBusy || this.#uploads?.wouldBeLost || saving) event.preventDefault()
  }

  /** `folder` is that of the drop: another one may be on the screen when all is read. */
  async #addRead(reading: Reading, folder: OpenFolder | null) {
    void this.#readings.watch(reading)
    this.#add(await reading.chosen, folder)
  }

  #add({ files, emptyFolders, unreadable }: Chosen, folder: OpenFolder | null) {
    if (unreadable.length > 0) {
      say(this, {
        tone: 'error',
        text: msg(str`${formatCount(unreadable.length)} could not be read, for example ${unreadable[0]}.`),
      })
    }
    if (folder && emptyFolders.length > 0) this.#uploads?.makeFolders(folder.id, emptyFolders)
    if (folder && files.length > 0) this.#uploads?.add(folder.id, files)
  }

  #choose(choices: HTMLElementEventMap['wherry-clash-choices']['detail']) {
    for (const [choice, chosen] of Map.groupBy(choices, ([, choice]) => choice))
      this.#uploads?.resolveClash(
        chosen.map(([id]) => id),
        choice,
      )
  }

  #rowCommand({ command, id }: HTMLElementEventMap['wherry-upload-command']['detail']) {
    if (command === 'attach') void this.#attach(id)
    else this.#uploads?.command(command, [id])
  }

  async #attach(id: string) {
    const [first] = (await chooseFiles('files'))?.files ?? []
    if (first) this.#uploads?.attach(id, first.file)
  }

  /** Takes away what is over; what is unfinished stays. */
  #clear() {
    const over = [...(this.#uploads?.items.values() ?? [])].filter(isOver)
    this.#uploads?.command(
      'cancel',
      over.map(item => item.id),
    )
    for (const { id, state } of this.#uploads?.saves.values() ?? [])
      if (state !== 'running') this.#uploads?.dropSave(id)
  }

  #trayCommand({ command, ids }: HTMLElementEventMap['wherry-tray-command']['detail']) {
    if (command === 'unlock') void this.#uploads?.unlock()
    else if (command === 'clear') this.#clear()
    else this.#uploads?.command(command, ids)
  }
}
