import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, query } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { type Requests, request } from '../app/requests.ts'
import { download } from '../files/lazy-actions.ts'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import { icons } from '../ui/icons.ts'
import { announce, openModal } from '../ui/say.ts'
import { FollowedFile } from './followed-file.ts'
import { KeptFocus } from './kept-focus.ts'
import './preview-body.ts'
import { plainName } from '../text/plain-name.ts'
import { leavePreview, placePreview, previewedId } from './preview-place.ts'

/** Shows files over the page, one after the other: arrows go on, Escape and Space close. */
@customElement('wherry-preview')
export class PreviewFrame extends LitElement {
  @consume({ context: clientContext }) client?: HubClient
  readonly #file = new FollowedFile(this, () => this.client)
  #siblings: () => readonly Entry[] = () => []
  /** Where among them the file is, or was. */
  #place = 0
  /** Id of the file that is told. */
  #toldId: string | undefined
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
        background: var(--background);
      }
      dialog[open] {
        display: grid;
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
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
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow-wrap: anywhere;
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
      .gone {
        place-self: center;
        padding: 16px;
        text-align: center;
        color: var(--text-2);
      }
      .gone b {
        font-size: 16px;
        color: var(--text);
      }
      .gone button {
        margin-block-start: 14px;
      }
      .back svg {
        rotate: 180deg;
      }
      :host(:dir(rtl)) :is(.back, .on) svg {
        scale: -1 1;
      }
    `,
  ]

  constructor() {
    super()
    new KeptFocus(this)
  }

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

  override willUpdate() {
    const { entry } = this.#file
    const files = this.#siblings()
    const place = files.findIndex(({ id }) => id === entry?.id)
    if (place >= 0) this.#place = place
    if (entry?.id === this.#toldId) return
    this.#toldId = entry?.id
    // Of the first one the dialog itself tells.
    if (entry && this.dialog?.open) announce(this, placeWords(entry, place, files.length))
  }

  override updated() {
    if (!this.#file.entry || !this.dialog) return
    if (!this.dialog.open) openModal(this.dialog)
    // The button that had the focus may be gone, and the keys with it.
    if (!this.shadowRoot?.activeElement) this.#focusLast()
  }

  override render() {
    const { entry, isGone } = this.#file
    if (!entry) return nothing
    const hasOthers = this.#siblings().some(({ id }) => id !== entry.id)
    return html`<dialog aria-label=${entry.name} @close=${this.#closed} @keydown=${this.#pressed} @wherry-leave=${this.#left}>
      <div class="head">
        <h2><bdi>${plainName(entry.name)}</bdi> ${isGone ? nothing : html`<span>· <bdi>${formatBytes(entry.size)}</bdi></span>`}</h2>
        ${
          hasOthers
            ? html`<button class="icon back" type="button" aria-label=${msg('Previous file')} @click=${() => this.#go(-1)}>${icons.chevronRight}</button>
              <button class="icon on" type="button" aria-label=${msg('Next file')} @click=${() => this.#go(1)}>${icons.chevronRight}</button>`
            : nothing
        }
        ${
          isGone
            ? nothing
            : html`<button class="icon" type="button" aria-label=${msg('Download')} @click=${this.#save}>${icons.download}</button>`
        }
        <button class="icon" type="button" aria-label=${msg('Close')} @click=${this.#close}>${icons.close}</button>
      </div>
      ${
        isGone
          ? this.#gone()
          : html`<wherry-preview-body .client=${this.client} .entry=${entry}></wherry-preview-body>`
      }
    </dialog>`
  }

  #focusLast() {
    if (this.dialog) [...this.dialog.querySelectorAll('button')].at(-1)?.focus()
  }

  #left = (event: Event) => {
    event.stopPropagation()
    this.#focusLast()
  }

  #gone() {
    return html`<div class="gone" role="alert">
      <b>${msg('This file is not here any more')}</b>
      <p>${msg('It was deleted, or you may not see it any more.')}</p>
      <button class="primary" type="button" @click=${this.#close}>${msg('Close')}</button>
    </div>`
  }

  #close = () => this.dialog?.close()

  #asked = (event: CustomEvent<Requests['wherry-preview-request']>) => {
    event.preventDefault()
    this.#siblings = event.detail.siblings
    this.#show(event.detail.entry)
  }

  #show(entry: Entry) {
    this.#file.follow(entry)
    placePreview(entry.id)
  }

  /** The address says what is shown, after Back, Forward and a reload too. */
  #follow = () => {
    const id = previewedId()
    if (id === null) this.dialog?.close()
    else if (id !== this.#file.entry?.id) void this.#load(id)
  }

  async #load(id: string) {
    const known = this.#siblings().find(sibling => sibling.id === id)
    const entry = known ?? (await this.client?.call('entry.get', { entry: id }).catch(() => null))?.entry
    if (previewedId() !== id) return
    if (entry?.kind !== 'file') return leavePreview()
    if (!known) this.#siblings = () => []
    this.#file.follow(entry)
  }

  #closed = () => {
    this.#file.follow(null)
    leavePreview()
  }

  #save = () => {
    const { entry } = this.#file
    if (!entry || !this.client) return
    const isFree = request(this, 'wherry-download-request', { entries: [entry] })
    if (isFree) void download({ client: this.client, host: this }, [entry])
  }

  /** Where the file is not among them any more, the next one took its place. */
  #go(by: 1 | -1) {
    const files = this.#siblings()
    const place = files.findIndex(({ id }) => id === this.#file.entry?.id)
    const from = place >= 0 ? place : this.#place - (by > 0 ? 1 : 0)
    const next = files.at((from + by) % files.length)
    if (next) this.#show(next)
  }

  #pressed = (event: KeyboardEvent) => {
    const fromControl = event
      .composedPath()
      .some(target => target instanceof HTMLElement && target.matches('button, pre, video, audio'))
    const isRtl = getComputedStyle(this).direction === 'rtl'
    if (event.key === 'ArrowRight') this.#go(isRtl ? -1 : 1)
    else if (event.key === 'ArrowLeft') this.#go(isRtl ? 1 : -1)
    else if (event.key === ' ' && !fromControl) this.dialog?.close()
    else return
    event.preventDefault()
  }
}

const placeWords = ({ name }: Entry, place: number, count: number): string =>
  place >= 0
    ? msg(str`${plainName(name)}, ${formatCount(place + 1)} of ${formatCount(count)}`)
    : plainName(name)
