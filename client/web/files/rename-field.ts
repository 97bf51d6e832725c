import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { nameKey, nameProblem } from '../../../protocol/names.ts'
import { base } from '../styles/controls.ts'

/**
 * Edits a name in place, the stem selected; says at once if the name is taken or impossible. Fires `finish`, and `problem`
 * with how far down in the window it says so.
 */
@customElement('wherry-rename-field')
export class RenameField extends LitElement {
  /** The name; what others call it meanwhile does not come into what is typed. */
  @property() value = ''
  /** True if another entry of the folder has this name. */
  @property({ attribute: false }) isTaken: (name: string) => boolean = () => false
  @state() private problem = ''
  @query('input') private readonly field!: HTMLInputElement
  @query('p') private readonly words!: HTMLElement
  #before = ''
  #isDone = false

  static override styles = [
    base,
    css`
      input {
        inline-size: 100%;
        min-block-size: 34px;
        padding: 0 8px;
        border: 2px solid var(--brand);
        border-radius: var(--radius-s);
        font: inherit;
        font-weight: 550;
        color: var(--text);
        background: var(--surface);
      }
      input:focus-visible {
        outline: none;
      }
      input[aria-invalid="true"] {
        border-color: var(--danger);
      }
      p {
        position: absolute;
        inset-inline-start: 0;
        margin-block-start: 4px;
        padding: 6px 10px;
        border-radius: var(--radius-s);
        font-size: 12px;
        font-weight: 500;
        color: var(--danger);
        background: var(--danger-soft);
        box-shadow: var(--shadow-2);
      }
      /* Below the last row the list can be scrolled so far, too. */
      p::after {
        content: "";
        position: absolute;
        inset-block-start: 100%;
        block-size: 8px;
        inline-size: 1px;
      }
    `,
  ]

  override willUpdate() {
    if (!this.hasUpdated) this.#before = this.value
  }

  override firstUpdated() {
    const dot = this.value.lastIndexOf('.')
    this.field.focus()
    this.field.setSelectionRange(0, dot > 0 ? dot : this.value.length)
  }

  override updated() {
    if (!this.problem) return
    const detail = this.words.getBoundingClientRect().bottom
    this.dispatchEvent(new CustomEvent<number>('problem', { detail }))
  }

  override render() {
    return html`<input
        aria-label=${msg('New name')}
        aria-invalid=${this.problem ? 'true' : 'false'}
        aria-describedby="problem"
        autocomplete="off"
        spellcheck="false"
        .value=${this.#before}
        @input=${this.#check}
        @keydown=${this.#pressed}
        @blur=${this.#left}
      /><p id="problem" role="alert" ?hidden=${!this.problem}>${this.problem}</p>`
  }

  /** Spaces around a name cannot be seen; those that it had stay until it is edited. */
  get #typed(): string {
    const { value } = this.field
    return value === this.#before ? value : value.trim()
  }

  /** Also when it is left: others come, go and get other names meanwhile. */
  #check = () => {
    const name = this.#typed
    const isOther = nameKey(name) !== nameKey(this.value)
    this.problem =
      nameProblem(name) ?? (isOther && this.isTaken(name) ? msg('Something here has that name already.') : '')
  }

  #pressed = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.isComposing) return
    if (event.key === 'Escape') this.#finish(null)
    if (event.key !== 'Enter') return
    this.#check()
    if (!this.problem) this.#finish(this.#typed)
  }

  #left = () => {
    this.#check()
    this.#finish(this.problem ? null : this.#typed)
  }

  #finish(name: string | null) {
    if (this.#isDone) return
    this.#isDone = true
    const detail = name === this.#before ? null : name
    this.dispatchEvent(new CustomEvent<string | null>('finish', { detail }))
  }
}
