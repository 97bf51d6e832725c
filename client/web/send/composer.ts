import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { formatCount } from '../text/format.ts'
import { icons } from '../ui/icons.ts'
import { canDrop } from '../ui/pointing.ts'
import { type Chosen, chooseFiles } from '../uploads/chosen-files.ts'

declare global {
  interface HTMLElementEventMap {
    'wherry-files-chosen': CustomEvent<Chosen>
  }
}

/** A text that fits into an offer, with room to spare. */
const maxTextChars = 100_000

/** Where something to send comes in: files, folders, a text. Fires `wherry-files-chosen` and `text`. */
@customElement('wherry-composer')
export class Composer extends LitElement {
  /** Something is held over the page. */
  @property({ type: Boolean, reflect: true }) over = false
  @state() private writes = false
  @state() private isTooLong = false
  @query('textarea') private readonly field!: HTMLTextAreaElement | null

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: block;
        padding: 24px;
        border: 1.5px dashed var(--control-line);
        border-radius: var(--radius-l);
        background: var(--sunken);
      }
      :host([over]) {
        border-color: var(--brand);
        background: var(--brand-soft);
      }
      .what {
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        gap: 12px 20px;
      }
      .what > svg {
        inline-size: 32px;
        block-size: 32px;
        stroke-width: 1.5;
        color: var(--brand-text);
      }
      .words {
        flex: 1 1 220px;
      }
      .words b {
        display: block;
        font-size: 16px;
        font-weight: 600;
      }
      .words span {
        font-size: 13px;
        color: var(--text-2);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      form {
        display: grid;
        gap: 12px;
        margin-block-start: 16px;
      }
      textarea {
        font: inherit;
        color: var(--text);
        min-block-size: 96px;
        padding: 10px 12px;
        border: 1px solid var(--control-line);
        border-radius: var(--radius-s);
        background: var(--surface);
        resize: vertical;
      }
      .error {
        font-size: 13px;
        color: var(--danger);
      }
      form .buttons {
        justify-content: end;
      }
      @media (max-width: 719px) {
        :host {
          padding: 16px;
        }
        .what > .buttons {
          inline-size: 100%;
        }
        .what > .buttons button {
          flex: 1;
        }
        .what > .buttons .primary {
          flex-basis: 100%;
        }
      }
    `,
  ]

  override render() {
    return html`<div class="what">
        ${icons.upload}
        <div class="words">
          <b>${canDrop() ? msg('Drop files or folders here') : msg('Choose what to send')}</b>
          <span>${canDrop() ? msg('or choose them. A code appears at once.') : msg('A code appears at once.')}</span>
        </div>
        <div class="buttons">
          <button class="primary" type="button" @click=${() => this.#choose('files')}>${icons.file}${msg('Choose files')}</button>
          <button type="button" @click=${() => this.#choose('folder')}>${icons.folder}${msg('Folder')}</button>
          <button type="button" aria-expanded=${this.writes} @click=${this.#write}>${icons.pencil}${msg('Text')}</button>
        </div>
      </div>
      ${this.writes ? this.#text() : nothing}`
  }

  #text() {
    return html`<form @submit=${this.#send}>
      <textarea
        aria-label=${msg('Text to send')}
        aria-invalid=${this.isTooLong}
        required
        @input=${() => this.#measure()}
      ></textarea>
      ${this.isTooLong ? html`<p class="error" role="alert">${this.#tooLong()}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${this.#write}>${msg('Cancel')}</button>
        <button class="primary">${msg('Send text')}</button>
      </div>
    </form>`
  }

  #tooLong(): string {
    const most = formatCount(maxTextChars)
    return msg(str`A text can have at most ${most} characters. Save it as a file and send that.`)
  }

  #measure() {
    this.isTooLong = (this.field?.value.length ?? 0) > maxTextChars
  }

  #write = async () => {
    this.writes = !this.writes
    this.isTooLong = false
    await this.updateComplete
    const opener = this.renderRoot.querySelector<HTMLElement>('[aria-expanded]')
    ;(this.field ?? opener)?.focus()
  }

  #send = (event: SubmitEvent) => {
    event.preventDefault()
    const text = this.field?.value ?? ''
    this.#measure()
    if (this.isTooLong) this.field?.focus()
    if (text === '' || this.isTooLong) return
    void this.#write()
    this.dispatchEvent(new CustomEvent('text', { detail: text }))
  }

  async #choose(kind: 'files' | 'folder') {
    const detail = await chooseFiles(kind)
    if (detail) this.dispatchEvent(new CustomEvent('wherry-files-chosen', { detail }))
  }
}
