import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { base } from '../styles/controls.ts'
import { icons } from './icons.ts'
import { leave, type Toast } from './say.ts'

const plainMs = 6_000
/** Undo stays for at least ten seconds (WCAG 2.2.1), and as long as the pointer or the focus is on it. */
const actionMs = 12_000

/** Of those that offer nothing; what can be undone is shown for its time, however many there are. */
const mostPlain = 3
/** Screen readers do not listen yet to what was moved just now, as where a dialog says something and closes. */
const unheardMs = 100
/** So long a sentence that is only told can be gone back to. */
const toldMs = 5_000

type Shown = Toast & { id: number; timer: number }

/**
 * The toasts at the bottom of the page, and what screen readers are told. All around a modal dialog is inert, so they are
 * within the topmost one while it is open.
 */
@customElement('wherry-toasts')
export class Toasts extends LitElement {
  @state() private shown: readonly Shown[] = []
  /** An object for each time, as the same sentence again is told again. */
  @state() private told: readonly { text: string }[] = []
  @query('[popover]') private readonly layer!: HTMLElement
  #count = 0
  #home: Element | null = null
  /** That are open, the topmost last. */
  #dialogs: readonly HTMLDialogElement[] = []

  static override styles = [
    base,
    css`
      :host {
        display: contents;
      }
      [popover] {
        inset: auto 0 24px;
        inline-size: fit-content;
        max-inline-size: calc(100vw - 32px);
        margin: 0 auto;
        padding: 0;
        border: 0;
        background: none;
        overflow: visible;
      }
      li {
        display: flex;
        align-items: center;
        gap: 8px;
        min-block-size: 46px;
        margin-block-start: 8px;
        padding-block: 5px;
        padding-inline: 16px 6px;
        border-radius: var(--radius-m);
        color: var(--on-toast);
        background: var(--toast);
        box-shadow: var(--shadow-2);
        animation: rise var(--motion) var(--ease);
      }
      li > svg {
        color: var(--toast-action);
      }
      span {
        flex: 1;
        overflow-wrap: anywhere;
      }
      button {
        min-block-size: 34px;
        min-inline-size: 34px;
        padding: 0 10px;
        border: 0;
        border-radius: var(--radius-s);
        font: inherit;
        font-weight: 600;
        color: var(--toast-action);
        background: none;
        cursor: pointer;
      }
      button.close {
        display: grid;
        place-items: center;
        padding: 0;
        color: inherit;
      }
      button svg {
        inline-size: 16px;
        block-size: 16px;
      }
      button:focus-visible {
        outline-color: currentcolor;
      }
      @keyframes rise {
        from {
          opacity: 0;
          translate: 0 8px;
        }
      }
      @media (forced-colors: active) {
        li {
          border: 1px solid CanvasText;
        }
      }
      @media (max-width: 719px) {
        [popover] {
          inset-block-end: calc(76px + env(safe-area-inset-bottom));
          inline-size: calc(100vw - 32px);
        }
        /* Above a sheet, which leaves that room, see dialog.ts. */
        :host([over-dialog]) [popover] {
          inset-block: 0 auto;
        }
      }
    `,
  ]

  override connectedCallback() {
    super.connectedCallback()
    this.#home ??= this.parentElement
  }

  /** With the dialog that it was in. */
  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#settle()
  }

  /** To be told of each modal dialog that opens. */
  opened(dialog: HTMLDialogElement): void {
    this.#dialogs = [...this.#dialogs, dialog]
    dialog.addEventListener('close', this.#settle)
    this.#settle()
  }

  #settle = () => {
    this.#dialogs = this.#dialogs.filter(dialog => dialog.open && dialog.isConnected)
    const place = this.#dialogs.at(-1) ?? this.#home
    if (!place?.isConnected || place === this.parentElement) return
    place.append(this)
    this.toggleAttribute('over-dialog', place !== this.#home)
    for (const toast of this.shown) this.#wait(toast)
    this.told = []
    this.requestUpdate()
  }

  show(toast: Toast): void {
    setTimeout(() => this.#add({ ...toast, id: ++this.#count, timer: 0 }), unheardMs)
  }

  #add(toast: Shown) {
    this.#wait(toast)
    const all = [...this.shown, toast]
    const gone = all.filter(({ actions }) => !actions).slice(0, -mostPlain)
    this.shown = all.filter(shown => !gone.includes(shown))
    const end = () => this.#drop(toast.id)
    toast.until?.then(end, end)
  }

  #wait(toast: Shown) {
    clearTimeout(toast.timer)
    if (toast.until) return
    toast.timer = window.setTimeout(() => this.#drop(toast.id), toast.actions ? actionMs : plainMs)
  }

  announce(text: string): void {
    const sentence = { text }
    setTimeout(() => {
      this.told = [...this.told, sentence]
    }, unheardMs)
    setTimeout(() => {
      this.told = this.told.filter(other => other !== sentence)
    }, toldMs)
  }

  /** Open without a toast too: a region that comes together with its text is not heard. */
  override updated() {
    if (!this.layer.matches(':popover-open')) this.layer.showPopover()
  }

  override render() {
    return html`<div popover="manual" role="region" aria-label=${msg('Messages')}>
      <div role="status" aria-live="polite" aria-atomic="false"><ul>
      ${repeat(
        this.shown,
        toast => toast.id,
        toast => html`<li
          @pointerenter=${() => clearTimeout(toast.timer)}
          @focusin=${() => clearTimeout(toast.timer)}
          @pointerleave=${() => this.layer.matches(':focus-within') || this.#wait(toast)}
          @focusout=${() => this.layer.matches(':hover') || this.#wait(toast)}
        >
          ${toast.tone === 'error' ? icons.circleAlert : null}<span>${toast.text}</span>
          ${toast.actions?.map(action => html`<button @click=${() => this.#act(toast, action.run)}>${action.label}</button>`)}
          <button class="close" aria-label=${msg('Dismiss')} title=${msg('Dismiss')} @click=${() => this.#drop(toast.id)}>${icons.close}</button>
        </li>`,
      )}
      </ul></div>
    </div>
    <div class="for-readers" role="status" aria-live="polite" aria-atomic="false">${repeat(
      this.told,
      sentence => sentence,
      ({ text }) => html`<p>${text}</p>`,
    )}</div>`
  }

  #act(toast: Shown, run: () => void) {
    this.#drop(toast.id)
    run()
  }

  #drop(id: number) {
    if (!this.shown.some(toast => toast.id === id)) return
    if (this.shadowRoot?.activeElement) leave(this)
    this.shown = this.shown.filter(toast => toast.id !== id)
  }
}
