import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes, formatCount, formatItems } from '../text/format.ts'
import { icons } from '../ui/icons.ts'
import { type CommandName, commands } from './commands.ts'

const shownCommands: readonly CommandName[] = ['download', 'moveTo', 'delete']

/** What is selected and what can be done with it; without a selection the number of items. Fires `command`, `view`, `sort`, `more`. */
@customElement('wherry-selection-bar')
export class SelectionBar extends LitElement {
  @property({ attribute: false }) selected: readonly Entry[] = []
  /** Null as long as nobody knows it. */
  @property({ attribute: false }) total: number | null = null
  /** How many the filter leaves, or null without one. */
  @property({ attribute: false }) matching: number | null = null
  @property() view: 'list' | 'grid' = 'list'
  @property({ type: Boolean }) details = false
  @property({ attribute: false }) can: (command: CommandName) => boolean = () => false

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
        margin-inline: 20px;
        border-radius: var(--radius-m);
        container: bar / inline-size;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 4px;
        min-block-size: 48px;
        padding-inline: 8px;
      }
      :host([active]) {
        background: var(--brand-soft);
      }
      .count {
        unicode-bidi: plaintext;
        padding-inline: 8px;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
        color: var(--text-2);
      }
      :host([active]) .count {
        color: var(--brand-text);
      }
      .end {
        display: flex;
        margin-inline-start: auto;
      }
      @media (max-width: 719px) {
        :host {
          margin-inline: 8px;
        }
        .wide {
          display: none;
        }
      }
      /* There the list has a head, see row-styles.ts. */
      @container bar (min-width: 544px) {
        .sort {
          display: none;
        }
      }
      @container bar (max-width: 679px) {
        .word {
          display: none;
        }
        button.quiet {
          inline-size: 40px;
          padding: 0;
        }
      }
      @media (max-width: 1179px) {
        .details {
          display: none;
        }
      }
    `,
  ]

  override willUpdate() {
    this.toggleAttribute('active', this.selected.length > 0)
  }

  override render() {
    return html`<div class="bar">${this.selected.length > 0 ? html`<button class="icon" aria-label=${msg('Clear the selection')} title=${msg('Clear the selection')} @click=${() => this.#command('clear')}>${icons.close}</button>` : null}
      <span class="count"><span role="status">${this.#told()}</span>${this.#total()}</span>
      ${this.selected.length > 0 ? this.#actions() : null}
      <div class="end">
        ${this.selected.length > 0 ? null : html`<button class="icon sort" aria-label=${msg('Sort')} title=${msg('Sort')} aria-haspopup="menu" @click=${this.#askFor('sort')}>${icons.arrowUpDown}</button>`}
        <button
          class="icon ${this.selected.length > 0 ? 'wide' : ''}"
          aria-label=${msg('Grid view')}
          aria-pressed=${this.view === 'grid' ? 'true' : 'false'}
          title=${this.view === 'grid' ? msg('List view') : msg('Grid view')}
          @click=${() => this.dispatchEvent(new Event('view'))}
        >${this.view === 'grid' ? icons.list : icons.grid}</button>
        <button
          class="icon details"
          aria-label=${msg('Details')}
          aria-pressed=${this.details ? 'true' : 'false'}
          title=${msg('Details')}
          @click=${() => this.#command('details')}
        >${icons.panel}</button>
      </div></div>`
  }

  /** What hands have made of the list. */
  #told() {
    if (this.selected.length > 0) return this.#selection()
    if (this.matching === null || this.total === null) return null
    return msg(str`${formatCount(this.matching)} of ${formatItems(this.total)}`)
  }

  /** It changes without them, so it is of no status. */
  #total() {
    const isTold = this.selected.length > 0 || this.matching !== null
    return isTold || this.total === null ? null : formatItems(this.total)
  }

  #selection() {
    const bytes = this.selected.reduce((sum, entry) => sum + entry.size, 0)
    const hasFolder = this.selected.some(entry => entry.kind === 'folder')
    const size = bytes > 0 || !hasFolder ? ` · ${formatBytes(bytes)}` : ''
    return `${msg(str`${formatCount(this.selected.length)} selected`)}${size}`
  }

  #actions() {
    return html`${shownCommands
      .filter(name => this.can(name))
      .map(name => {
        const { label, icon } = commands[name]
        return html`<button class="quiet" title=${label()} aria-label=${label()} @click=${() => this.#command(name)}>
            ${icons[icon]}<span class="word">${label()}</span>
          </button>`
      })}
      <button class="icon" aria-label=${msg('More actions')} title=${msg('More actions')} aria-haspopup="menu" @click=${this.#askFor('more')}>${icons.ellipsis}</button>`
  }

  #command(name: CommandName) {
    this.dispatchEvent(new CustomEvent<CommandName>('command', { detail: name }))
  }

  /** For a menu below the button. */
  #askFor = (menu: 'more' | 'sort') => (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    this.dispatchEvent(new CustomEvent(menu, { detail: { x: box.left, y: box.bottom + 6 } }))
  }
}
