import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { UploadTotals } from '../../core/api.ts'
import { arrivedBytes } from '../../core/upload/motion.ts'
import { noTotals } from '../../core/upload/no-totals.ts'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes, formatCount, formatItems } from '../text/format.ts'
import { focusedElement } from '../ui/focus.ts'
import { icons } from '../ui/icons.ts'
import { leave } from '../ui/say.ts'
import { transferIcons } from '../ui/transfer-icons.ts'
import type { ShownSave, ShownUpload } from './messages.ts'
import './save-row.ts'
import './speed-graph.ts'
import { failureGroups, isActive, isHeldUp, isOver, shownFolder, trayItems } from './tray-order.ts'
import { TrayReach } from './tray-reach.ts'
import { isSmall, TrayRest } from './tray-rest.ts'
import { type TrayNews, TrayVoice } from './tray-voice.ts'
import { trayStyles } from './upload-tray-styles.ts'
import './upload-row.ts'
import { headline, lockedWords, saveHeadline, saveTotals, timeLeft, troubleWords } from './upload-words.ts'

declare global {
  interface HTMLElementEventMap {
    'wherry-tray-command': CustomEvent<{
      command: 'pause' | 'resume' | 'retry' | 'clear' | 'unlock'
      ids?: string[]
    }>
  }
}

/** The uploads of this browser at the bottom end of the page; a sheet on a phone. */
@customElement('wherry-upload-tray')
export class UploadTray extends LitElement {
  @property({ attribute: false }) items: readonly ShownUpload[] = []
  /** Of the folders that are known, by id. */
  @property({ attribute: false }) folderNames: ReadonlyMap<string, string> = new Map()
  @property({ attribute: false }) totals: UploadTotals = noTotals
  @property({ attribute: false }) seconds: readonly number[] = []
  @property({ type: Number }) rate = 0
  /** Nothing moves of what is under way. */
  @property({ type: Boolean }) stalled = false
  @property({ type: Number }) returning = 0
  @property({ type: Number }) locked = 0
  /** Files read so far of what was dropped, while that takes long. */
  @property({ attribute: false }) readCount: number | null = null
  @property({ attribute: false }) saves: readonly ShownSave[] = []
  @state() isCollapsed = isSmall()
  @query('[aria-expanded]') private readonly toggle!: HTMLElement | null
  #focused: { element: HTMLElement | null; row: number } | null = null
  readonly #voice = new TrayVoice(this, () => this.#news())

  static override styles = [base, buttons, trayStyles]

  constructor() {
    super()
    new TrayReach(this)
    new TrayRest(this)
  }

  override render() {
    return html`<div class="for-readers" role="status">${this.#voice.text}</div>${this.#tray()}`
  }

  override willUpdate() {
    const part = this.shadowRoot?.activeElement
    this.#focused = part
      ? { element: focusedElement(), row: this.#rows().indexOf(part as HTMLElement) }
      : null
  }

  override updated() {
    if (this.#focused && focusedElement() === null) this.#focusAgain(this.#focused)
  }

  /** What had it may only have moved. If it is gone, the row in its place has the focus, or the head. */
  #focusAgain({ element, row }: { element: HTMLElement | null; row: number }) {
    const rows = this.#rows()
    const next = row < 0 ? undefined : (rows[row] ?? rows.at(-1))
    const place = element?.isConnected ? element : (next ?? this.toggle)
    if (place) place.focus()
    else leave(this)
  }

  #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('li > *')]
  }

  get #active(): number {
    return this.items.filter(isActive).length + this.returning
  }

  get isThrough(): boolean {
    const all = [...this.items, ...this.saves]
    const isIdle = this.returning + this.locked === 0 && this.readCount === null
    return isIdle && all.length > 0 && all.every(({ state }) => state === 'done' || state === 'cancelled')
  }

  #tray() {
    const { items } = this
    const { rows, more } = trayItems(items)
    const hasHead = rows.length > 0 || this.locked > 0 || this.saves.length > 0
    if (!hasHead && this.readCount === null) return nothing
    const active = this.#active
    return html`<section aria-label=${msg('Uploads')}>
      ${hasHead ? this.#anyHead(active, rows.length) : nothing}
      ${this.#readingNotice()}
      ${this.#lockedNotice()}
      ${
        this.isCollapsed
          ? nothing
          : html`${active > 0 ? html`<wherry-speed-graph .seconds=${[...this.seconds]}></wherry-speed-graph>` : nothing}
            ${this.#failures(items)}
            <ul>
              ${this.saves.map(save => html`<li><wherry-save-row .save=${save}></wherry-save-row></li>`)}
              ${repeat(
                rows,
                item => item.id,
                item =>
                  html`<li><wherry-upload-row .item=${item} .folder=${shownFolder(item, rows, this.folderNames)} .stalled=${this.stalled}></wherry-upload-row></li>`,
              )}
            </ul>
            ${more > 0 ? html`<p class="more">${msg(str`and ${formatCount(more)} more`)}</p>` : nothing}`
      }
    </section>`
  }

  #anyHead(active: number, rows: number) {
    return rows === 0 && this.saves.length > 0 ? this.#saveHead() : this.#head(active, this.items)
  }

  /** Names that are taken are not of it: their dialog speaks for itself. */
  #news(): TrayNews {
    const { totals, saves, locked } = this
    const active = this.#active
    const trouble = troubleWords(
      active > 0 ? totals.failedFiles : 0,
      this.items.filter(({ state }) => state === 'detached').length,
    )
    const saved = saveTotals(saves)
    const saving = saves.filter(({ state }) => state === 'running').length
    const sentences = [
      totals.files > 0 ? headline(totals, active) : '',
      trouble,
      locked > 0 ? lockedWords(locked) : '',
      saves.length > 0 ? saveHeadline(saved, saving) : '',
    ]
    const isOver = active + saving === 0
    return {
      text: sentences.filter(Boolean).join('. '),
      doneFiles: totals.doneFiles + saved.doneFiles,
      urgent: [
        active > 0,
        saving > 0,
        totals.failedFiles,
        saved.failedFiles,
        trouble,
        locked,
        isOver && totals.doneFiles + saved.doneFiles,
      ].join(),
    }
  }

  /** Of the downloads, while there are no uploads. */
  #saveHead() {
    const active = this.saves.filter(save => save.state === 'running').length
    const totals = saveTotals(this.saves)
    const figures = msg(str`${formatBytes(arrivedBytes(totals))} of ${formatBytes(totals.bytes)}`)
    const buttons = active === 0 ? this.#icon('clear', icons.close, msg('Clear the list')) : nothing
    return this.#header(totals, active, saveHeadline(totals, active), figures, buttons)
  }

  #head(active: number, items: readonly ShownUpload[]) {
    const { bytes } = this.totals
    const doneBytes = arrivedBytes(this.totals)
    const paused = items.some(item => item.state === 'paused')
    const rate = active > 0 && !this.stalled && !isHeldUp(items) ? this.rate : 0
    const figures = [
      msg(str`${formatBytes(doneBytes)} of ${formatBytes(bytes)}`),
      this.stalled ? msg('waiting for the network') : '',
      rate > 0 ? `${formatBytes(rate)}/s` : '',
      timeLeft(bytes - doneBytes, rate),
    ].filter(Boolean)
    const pause =
      active > 0
        ? this.#icon('pause', transferIcons.pause, msg('Pause all'))
        : paused
          ? this.#icon('resume', transferIcons.play, msg('Resume all'))
          : nothing
    const buttons = html`${pause}
      ${active === 0 && (items.some(isOver) || items.length === 0) ? this.#icon('clear', icons.close, msg('Clear the list')) : nothing}`
    return this.#header(this.totals, active, headline(this.totals, active), figures.join(' · '), buttons)
  }

  /** The button that shows and hides is the last: it stays where it is when the uploads end while somebody aims at it. */
  #header(totals: UploadTotals, active: number, title: string, figures: string, buttons: unknown) {
    const share = totals.bytes === 0 ? 1 : arrivedBytes(totals) / totals.bytes
    const isWhole = active === 0 && share === 1 && totals.failedFiles === 0
    return html`<header>
      <svg class="ring ${isWhole ? 'whole' : ''}" viewBox="0 0 36 36" aria-hidden="true">
        <circle cx="18" cy="18" r="15" pathLength="100" />
        <circle class="done" cx="18" cy="18" r="15" pathLength="100" stroke-dasharray="${share * 100} 100" />
      </svg>
      <div class="figures">
        <h2><bdi>${title}</bdi></h2>
        <p><bdi>${figures}</bdi></p>
      </div>
      ${buttons}
      <button
        class="icon"
        type="button"
        aria-expanded=${!this.isCollapsed}
        aria-label=${this.isCollapsed ? msg('Show uploads') : msg('Hide uploads')}
        @click=${() => (this.isCollapsed = !this.isCollapsed)}
      >
        <span class=${this.isCollapsed ? 'up' : ''}>${icons.chevronDown}</span>
      </button>
    </header>`
  }

  #readingNotice() {
    if (this.readCount === null) return nothing
    return html`<div class="notice"><p>${msg(str`Reading what was dropped: ${formatItems(this.readCount)} so far`)}</p></div>`
  }

  /** Also while only the head is there: nothing goes on without it. */
  #lockedNotice() {
    if (this.locked === 0) return nothing
    const isOne = this.locked === 1
    return html`<div class="notice">
      <p><bdi>${lockedWords(this.locked)}</bdi></p>
      <button class="primary" type="button" @click=${() => this.#fire('unlock')}>
        ${isOne ? msg('Resume it') : msg(str`Resume ${formatCount(this.locked)} uploads`)}
      </button>
    </div>`
  }

  #failures(items: readonly ShownUpload[]) {
    return failureGroups(items).map(
      ({ message, isFinal, ids }) => html`<div class="notice danger">
        <p><bdi>${msg(str`${formatCount(ids.length)} files: ${message}`)}</bdi></p>
        ${isFinal ? nothing : html`<button type="button" @click=${() => this.#fire('retry', ids)}>${msg(str`Retry these ${formatCount(ids.length)}`)}</button>`}
      </div>`,
    )
  }

  #icon(command: 'pause' | 'resume' | 'clear', icon: unknown, label: string) {
    return html`<button class="icon" type="button" aria-label=${label} title=${label} @click=${() => this.#fire(command)}>${icon}</button>`
  }

  #fire(command: 'pause' | 'resume' | 'retry' | 'clear' | 'unlock', ids?: string[]) {
    this.dispatchEvent(
      new CustomEvent('wherry-tray-command', {
        detail: { command, ...(ids && { ids }) },
        bubbles: true,
        composed: true,
      }),
    )
  }
}
