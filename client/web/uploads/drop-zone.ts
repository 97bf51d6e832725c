import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { routeOf } from '../app/routes.ts'
import { base } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import { say } from '../ui/say.ts'
import { type Reading, readTransfer } from './chosen-files.ts'

declare global {
  interface HTMLElementEventMap {
    /** Fires in the drop itself: where the files go is known then, what they are only when they are read. */
    'wherry-files-dropped': CustomEvent<Reading>
  }
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** Lets files be dropped anywhere on the page, and pasted. Fires `wherry-files-dropped`. */
@customElement('wherry-drop-zone')
export class DropZone extends LitElement {
  /** The folder that takes them; null where none does. */
  @property({ attribute: 'folder', reflect: true }) folderName: string | null = null
  /** Its folder is known, even if it takes none. */
  @property({ type: Boolean }) known = false
  @state() private isOver = false
  /** Entering a child comes before leaving its parent. */
  #depth = 0

  static override styles = [
    base,
    css`
      .over {
        position: fixed;
        inset: 8px;
        z-index: 20;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 8px;
        border: 2px dashed var(--brand);
        border-radius: var(--radius-l);
        background: color-mix(in oklch, var(--brand-soft) 88%, transparent);
        color: var(--brand-text);
        font-size: 16px;
        font-weight: 600;
        pointer-events: none;
      }
      .over svg {
        inline-size: 40px;
        block-size: 40px;
      }
    `,
  ]

  override connectedCallback() {
    super.connectedCallback()
    window.addEventListener('dragenter', this.#entered)
    window.addEventListener('dragleave', this.#left)
    window.addEventListener('dragover', this.#over)
    window.addEventListener('drop', this.#dropped)
    window.addEventListener('paste', this.#pasted)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    window.removeEventListener('dragenter', this.#entered)
    window.removeEventListener('dragleave', this.#left)
    window.removeEventListener('dragover', this.#over)
    window.removeEventListener('drop', this.#dropped)
    window.removeEventListener('paste', this.#pasted)
  }

  override render() {
    if (!this.isOver) return nothing
    const text = this.folderName ? msg(str`Drop to upload to ${this.folderName}`) : this.#refusal()
    return html`<div class="over">${icons.upload}<span>${text}</span></div>`
  }

  #refusal(): string {
    const page = routeOf(location.href)?.page
    const isOpening = !this.known && (page === 'files' || page === 'home')
    return isOpening ? msg('The folder is not open yet: try again then') : msg('Nothing can be uploaded here')
  }

  #entered = (event: DragEvent) => {
    if (!hasFiles(event)) return
    this.#depth++
    this.isOver = true
  }

  #left = (event: DragEvent) => {
    if (!hasFiles(event)) return
    this.#depth = Math.max(0, this.#depth - 1)
    if (this.#depth === 0) this.isOver = false
  }

  #over = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = this.folderName ? 'copy' : 'none'
  }

  #dropped = (event: DragEvent) => {
    this.#depth = 0
    this.isOver = false
    if (!hasFiles(event) || !event.dataTransfer) return
    event.preventDefault()
    this.#take(event.dataTransfer)
  }

  #pasted = (event: ClipboardEvent) => {
    const { clipboardData } = event
    if (!clipboardData || clipboardData.files.length === 0) return
    event.preventDefault()
    this.#take(clipboardData)
  }

  #take(transfer: DataTransfer) {
    if (!this.folderName) return say(this, { tone: 'error', text: this.#refusal() })
    this.dispatchEvent(new CustomEvent('wherry-files-dropped', { detail: readTransfer(transfer) }))
  }
}
