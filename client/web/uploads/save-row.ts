import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { progressBar } from '../styles/progress.ts'
import { formatBytes } from '../text/format.ts'
import { plainName } from '../text/plain-name.ts'
import { icons } from '../ui/icons.ts'
import type { ShownSave } from './messages.ts'
import { rowStyles } from './row-styles.ts'

declare global {
  interface HTMLElementEventMap {
    'wherry-save-command': CustomEvent<string>
  }
}

const tones = { running: '', done: 'live', failed: 'danger' } as const

/** One download in the tray. Fires `wherry-save-command` with its id when it is to go. */
@customElement('wherry-save-row')
export class SaveRow extends LitElement {
  @property({ attribute: false }) save: ShownSave | null = null

  static override styles = [base, buttons, progressBar, rowStyles]

  override focus() {
    this.renderRoot.querySelector('button')?.focus()
  }

  override render() {
    const { save } = this
    if (!save) return nothing
    const { id, name, size, receivedBytes, state } = save
    const label =
      state === 'running' ? msg(str`Cancel the download of ${name}`) : msg(str`Remove ${name} from this list`)
    const fire = () =>
      this.dispatchEvent(
        new CustomEvent('wherry-save-command', { detail: id, bubbles: true, composed: true }),
      )
    return html`<div class="row ${tones[state]}">
      <div>
        <div class="name">${icons.download} <b><bdi>${plainName(name)}</bdi></b> <bdi>${msg(str`${formatBytes(receivedBytes)} of ${formatBytes(size)}`)}</bdi></div>
        <progress max="1" .value=${size === 0 ? 1 : receivedBytes / size} aria-label=${msg(str`Download of ${name}`)}></progress>
        <div class="state"><bdi>${this.#words(save)}</bdi></div>
      </div>
      <div class="controls">
        <button class="icon" type="button" aria-label=${label} title=${label} @click=${fire}>${icons.close}</button>
      </div>
    </div>`
  }

  #words({ state, message }: ShownSave): string {
    if (state === 'done') return msg('Downloaded · verified')
    return state === 'failed' ? (message ?? msg('Failed')) : msg('Downloading')
  }
}
