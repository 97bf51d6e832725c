import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { type Requests, request } from '../app/requests.ts'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes } from '../text/format.ts'
import { icons } from '../ui/icons.ts'
import './preview-body.ts'
import { leavePreview, placePreview, previewedId } from './preview-place.ts'

/** Shows files over the page, one after the other: arrows go on, Escape and Space close. */
@customElement('wherry-preview')
export class PreviewFrame extends LitElement {
  @consume({ context: clientContext }) client?: HubClient
  @state() private entry: Entry | null = null
  #siblings: readonly Entry[] = []
  @query('dialog') private readonly dialog!: HTMLDialogElement | null

  static override styles = [
    base,
    buttons,
    css`
      dialog {
        inline-size: 100vw;
        block-size: 100dvh;
        max-inline-size: none;
        max-block-size: none;
        padding: 0;
        border: 0;
        color: var(--text);
        background: color-mix(in oklch, var(--background) 96%, transparent);
      }
      dialog[open] {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 8px 12px;
        border-block-end: 1px solid var(--line);
        background: var(--surface);
      }
      h2 {
        flex: 1;
        min-inline-size: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 14px;
        font-weight: 650;
      }
      h2 span {
        font-weight: 400;
        color: var(--text-2);
      }
      wherry-preview-body {
        padding: 16px;
      }
      .back svg {
        rotate: 180deg;
      }
      :host(:dir(rtl)) :is(.back, .on) svg {
        scale: -1 1;
      }
    `,
  ]

  override connectedCallback() {
    super.connectedCallback()
    window.addEventListener('wherry-preview-request', this.#asked as EventListener)
    window.addEventListener('popstate', this.#follow)
    this.#follow()
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    window.removeEventListener('wherry-preview-request', this.#asked as EventListener)
    window.removeEventListener('popstate', this.#follow)
  }

  override updated() {
    if (this.entry && this.dialog && !this.dialog.open) this.dialog.showModal()
  }

  override render() {
    const { entry } = this
    if (!entry) return nothing
    return html`<dialog aria-label=${entry.name} @close=${this.#closed} @keydown=${this.#pressed}>
      <div class="head">
        <h2><bdi>${entry.name}</bdi> <span>· <bdi>${formatBytes(entry.size)}</bdi></span></h2>
        ${
          this.#siblings.length > 1
            ? html`<button class="icon back" type="button" aria-label=${msg('Previous file')} @click=${() => this.#go(-1)}>${icons.chevronRight}</button>
              <button class="icon on" type="button" aria-label=${msg('Next file')} @click=${() => this.#go(1)}>${icons.chevronRight}</button>`
            : nothing
        }
        <button class="icon" type="button" aria-label=${msg('Download')} @click=${this.#save}>${icons.download}</button>
        <button class="icon" type="button" aria-label=${msg('Close')} @click=${() => this.dialog?.close()}>${icons.close}</button>
      </div>
      <wherry-preview-body .client=${this.client} .entry=${entry}></wherry-preview-body>
    </dialog>`
  }

  #asked = (event: CustomEvent<Requests['wherry-preview-request']>) => {
    event.preventDefault()
    this.#siblings = event.detail.siblings.filter(sibling => sibling.kind === 'file')
    this.#show(event.detail.entry)
  }

  #show(entry: Entry) {
    this.entry = entry
    placePreview(entry.id)
  }

  /** The address says what is shown, after Back, Forward and a reload too. */
  #follow = () => {
    const id = previewedId()
    if (id === null) this.dialog?.close()
    else if (id !== this.entry?.id) void this.#load(id)
  }

  async #load(id: string) {
    const known = this.#siblings.find(sibling => sibling.id === id)
    const entry = known ?? (await this.client?.call('entry.get', { entry: id }).catch(() => null))?.entry
    if (previewedId() !== id) return
    if (entry?.kind !== 'file') return leavePreview()
    if (!known) this.#siblings = []
    this.entry = entry
  }

  #closed = () => {
    this.entry = null
    leavePreview()
  }

  #save = () => {
    if (this.entry) request(this, 'wherry-download-request', { entries: [this.entry] })
  }

  #go(by: 1 | -1) {
    const place = this.#siblings.findIndex(sibling => sibling.id === this.entry?.id)
    const next = this.#siblings.at((place + by) % this.#siblings.length)
    if (next) this.#show(next)
  }

  #pressed = (event: KeyboardEvent) => {
    const fromControl = event
      .composedPath()
      .some(target => target instanceof HTMLElement && target.matches('button, pre, video, audio'))
    if (event.key === 'ArrowRight') this.#go(1)
    else if (event.key === 'ArrowLeft') this.#go(-1)
    else if (event.key === ' ' && !fromControl) this.dialog?.close()
    else return
    event.preventDefault()
  }
}
