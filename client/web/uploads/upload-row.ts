import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes } from '../text/format.ts'
import { icons } from '../ui/icons.ts'
import type { ShownUpload } from './messages.ts'
import { stateWords } from './upload-words.ts'

export type UploadCommand = 'pause' | 'resume' | 'cancel' | 'retry' | 'attach' | 'resolve'

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

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
        padding: 10px 8px 10px 16px;
        padding-inline: 16px 8px;
        border-block-start: 1px solid var(--line);
        font-size: 12px;
        --tone: var(--brand);
      }
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 8px;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: var(--text-2);
      }
      b {
        color: var(--text);
        font-weight: 550;
      }
      progress {
        appearance: none;
        inline-size: 100%;
        block-size: 6px;
        margin-block: 6px 4px;
        border: 0;
        border-radius: 3px;
        overflow: hidden;
        background: var(--line);
      }
      progress::-webkit-progress-bar {
        background: var(--line);
      }
      progress::-webkit-progress-value {
        background: var(--tone);
      }
      progress::-moz-progress-bar {
        background: var(--tone);
      }
      .warn {
        --tone: var(--warn);
      }
      .danger {
        --tone: var(--danger);
      }
      .live {
        --tone: var(--live);
      }
      .state {
        color: var(--text-2);
      }
      :is(.warn, .danger, .live) .state {
        color: var(--tone);
      }
      button.icon {
        inline-size: 32px;
        min-block-size: 32px;
      }
      button.small {
        min-block-size: 28px;
        padding: 0 10px;
        font-size: 12px;
      }
      .live svg {
        color: var(--live);
      }
      .controls {
        display: flex;
        align-items: center;
      }
    `,
  ]

  override render() {
    const { item } = this
    if (!item) return nothing
    const path = item.path ? `${item.path}/` : ''
    return html`<div class="row ${tones[item.state] ?? ''}">
      <div>
        <div class="name" title=${path + item.name}><b><bdi>${item.name}</bdi></b> ${this.#amount(item)}</div>
        <progress max="1" .value=${this.#share(item)} aria-label=${msg(str`Progress of ${item.name}`)}></progress>
        <div class="state">${stateWords(item)}</div>
      </div>
      <div class="controls">${this.#controls(item)}</div>
    </div>`
  }

  #amount({ state, storedBytes, size }: ShownUpload) {
    return state === 'done'
      ? formatBytes(size)
      : msg(str`${formatBytes(storedBytes)} of ${formatBytes(size)}`)
  }

  #share({ state, storedBytes, size }: ShownUpload): number {
    return state === 'done' || size === 0 ? 1 : storedBytes / size
  }

  #controls(item: ShownUpload) {
    const { state, name } = item
    const end = this.#button(
      'cancel',
      icons.close,
      state === 'done' ? msg(str`Remove ${name} from this list`) : msg(str`Cancel ${name}`),
    )
    if (state === 'done') return html`${icons.circleCheck}${end}`
    if (state === 'failed')
      return html`${this.#button('retry', icons.refresh, msg(str`Retry ${name}`))}${end}`
    if (state === 'paused') return html`${this.#button('resume', icons.play, msg(str`Resume ${name}`))}${end}`
    if (state === 'clash') return html`${this.#textButton('resolve', msg('Choose'))}${end}`
    if (state === 'detached') return html`${this.#textButton('attach', msg('Choose file'))}${end}`
    if (state === 'cancelled') return end
    return html`${this.#button('pause', icons.pause, msg(str`Pause ${name}`))}${end}`
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
