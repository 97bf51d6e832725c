import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { arrivedBytes, isUnderWay } from '../../core/upload/motion.ts'
import { base, buttons } from '../styles/controls.ts'
import { progressBar } from '../styles/progress.ts'
import { formatBytes } from '../text/format.ts'
import { plainName } from '../text/plain-name.ts'
import { icons } from '../ui/icons.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import { transferIcons } from '../ui/transfer-icons.ts'
import type { ShownUpload } from './messages.ts'
import { rowStyles } from './row-styles.ts'
import { stateWords } from './upload-words.ts'

export type UploadCommand = 'pause' | 'resume' | 'cancel' | 'retry' | 'attach'

declare global {
  interface HTMLElementEventMap {
    'wherry-upload-command': CustomEvent<{ command: UploadCommand; id: string }>
  }
}

const tones: Partial<Record<ShownUpload['state'], string>> = {
  paused: 'warn',
  waiting: 'warn',
  clash: 'danger',
  detached: 'danger',
  failed: 'danger',
  done: 'live',
}

/** One upload in the tray. Fires `wherry-upload-command`. */
@customElement('wherry-upload-row')
export class UploadRow extends LitElement {
  @property({ attribute: false }) item: ShownUpload | null = null
  /** Names of folders, joined with "/"; empty where the name of the file says enough. */
  @property() folder = ''
  /** Nothing moves of what is under way. */
  @property({ type: Boolean }) stalled = false

  static override styles = [base, buttons, progressBar, rowStyles]

  constructor() {
    super()
    new LostFocus(this, () => this.focus())
  }

  /** On its last button, which is always there. */
  override focus() {
    this.renderRoot.querySelector<HTMLElement>('button:last-of-type')?.focus()
  }

  override render() {
    const { item } = this
    if (!item) return nothing
    const path = item.path ? `${item.path}/` : ''
    const tone = this.stalled && isUnderWay(item) ? tones.waiting : tones[item.state]
    return html`<div class="row ${tone ?? ''}">
      <div>
        <div class="name" title=${path + item.name}><b><bdi>${plainName(item.name)}</bdi></b> <bdi>${this.#amount(item)}</bdi></div>
        ${this.#where()}
        <progress max="1" .value=${this.#share(item)} aria-label=${msg(str`Progress of ${item.name}`)}></progress>
        <div class="state"><bdi>${stateWords(item, this.stalled)}</bdi></div>
      </div>
      <div class="controls">${this.#controls(item)}</div>
    </div>`
  }

  /** Where there is little room, the last folder is what stays. */
  #where() {
    if (!this.folder) return nothing
    const last = this.folder.lastIndexOf('/') + 1
    return html`<div class="where"><span dir="auto"><span>${this.folder.slice(0, last)}</span><span>${this.folder.slice(last)}</span></span></div>`
  }

  #amount(item: ShownUpload) {
    const { state, size } = item
    return state === 'done'
      ? formatBytes(size)
      : msg(str`${formatBytes(arrivedBytes(item))} of ${formatBytes(size)}`)
  }

  #share(item: ShownUpload): number {
    const { state, size } = item
    return state === 'done' || size === 0 ? 1 : arrivedBytes(item) / size
  }

  #controls(item: ShownUpload) {
    const { state, name } = item
    const end = this.#button(
      'cancel',
      icons.close,
      state === 'done' ? msg(str`Remove ${name} from this list`) : msg(str`Cancel ${name}`),
    )
    if (state === 'done') return html`${transferIcons.circleCheck}${end}`
    return html`${this.#first(item)}${end}`
  }

  /** One template for all, so that the button keeps the focus when it changes. */
  #first({ state, name, error }: ShownUpload) {
    if (state === 'failed' && error?.isFinal) return nothing
    if (state === 'failed') return this.#button('retry', transferIcons.refresh, msg(str`Retry ${name}`))
    if (state === 'paused') return this.#button('resume', transferIcons.play, msg(str`Resume ${name}`))
    if (state === 'detached') return this.#textButton('attach', msg('Choose file'))
    if (state === 'cancelled' || state === 'clash') return nothing
    return this.#button('pause', transferIcons.pause, msg(str`Pause ${name}`))
  }

  #button(command: UploadCommand, icon: unknown, label: string) {
    return html`<button class="icon" type="button" aria-label=${label} title=${label} @click=${() => this.#fire(command)}>${icon}</button>`
  }

  #textButton(command: UploadCommand, label: string) {
    return html`<button class="small" type="button" @click=${() => this.#fire(command)}>${label}</button>`
  }

  #fire(command: UploadCommand) {
    const id = this.item?.id
    if (id === undefined) return
    this.dispatchEvent(
      new CustomEvent('wherry-upload-command', { detail: { command, id }, bubbles: true, composed: true }),
    )
  }
}
