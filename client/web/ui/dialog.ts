import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { focusedElement, refocus } from './focus.ts'
import { icons } from './icons.ts'
import { openModal } from './say.ts'

/** A modal dialog, open while it is in the page. Fires `close` when it was dismissed; on a phone it is a sheet. */
@customElement('wherry-dialog')
export class ModalDialog extends LitElement {
  @property() heading = ''
  @property({ type: Boolean }) wide = false
  @query('dialog') private readonly dialog!: HTMLDialogElement
  @query('h2') private readonly headline!: HTMLElement
  #isOver = false
  #before: HTMLElement | null = null

  static override styles = [
    base,
    buttons,
    css`
      dialog {
        inline-size: min(100vw - 32px, 460px);
        max-block-size: min(100dvh - 32px, 760px);
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        color: var(--text);
        background: var(--surface);
        box-shadow: var(--shadow-2);
        overflow: hidden auto;
      }
      :host([wide]) dialog {
        inline-size: min(100vw - 32px, 620px);
      }
      dialog::backdrop {
        background: var(--backdrop);
        backdrop-filter: blur(3px);
      }
      dialog[open] {
        animation: rise var(--motion) var(--ease);
      }
      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 16px;
        padding: 16px 16px 4px 24px;
        padding-inline: 24px 16px;
      }
      h2 {
        font-size: 16px;
        font-weight: 650;
        overflow-wrap: anywhere;
        outline: none;
      }
      .body {
        padding: 8px 24px 24px;
      }
      @keyframes rise {
        from {
          opacity: 0;
          translate: 0 8px;
        }
      }
      @media (max-width: 719px) {
        dialog,
        :host([wide]) dialog {
          inline-size: 100vw;
          max-inline-size: 100vw;
          max-block-size: min(100dvh - 64px, 760px);
          margin-block-end: 0;
          border-end-start-radius: 0;
          border-end-end-radius: 0;
          padding-block-end: env(safe-area-inset-bottom);
        }
      }
    `,
  ]

  override firstUpdated() {
    this.#before = focusedElement()
    openModal(this.dialog)
    const first = this.querySelector<HTMLElement>('[autofocus]')
    first?.focus()
  }

  /** The browser gives the focus back to what had it only if the dialog is closed before. */
  override disconnectedCallback() {
    super.disconnectedCallback()
    refocus(this.#before, this)
  }

  /** The focus is in it again, if what had it is gone. */
  keepFocus() {
    if (focusedElement() === null) this.#focus()
  }

  #focus() {
    this.headline.tabIndex = -1
    this.headline.focus()
  }

  /** Lets go of the keys at once: the browser tells of the end, and takes the focus out of what it hides, only later. */
  close() {
    focusedElement()?.blur()
    this.dialog.close()
    this.#closed()
  }

  override render() {
    return html`<dialog aria-labelledby="heading" @cancel=${this.#cancelled} @close=${this.#closed} @pointerdown=${this.#pressed} @wherry-leave=${this.#left}>
      <div class="head">
        <h2 id="heading"><bdi>${this.heading}</bdi></h2>
        <button class="icon" type="button" aria-label=${msg('Close')} title=${msg('Close')} @click=${this.close}>${icons.close}</button>
      </div>
      <div class="body"><slot></slot></div>
    </dialog>`
  }

  #cancelled = (event: Event) => {
    event.preventDefault()
    this.close()
  }

  #closed = () => {
    if (this.#isOver) return
    this.#isOver = true
    this.dispatchEvent(new Event('close'))
  }

  #left = (event: Event) => {
    event.stopPropagation()
    this.#focus()
  }

  /** A press on the backdrop hits the dialog itself, outside of its box. */
  #pressed = (event: PointerEvent) => {
    if (event.composedPath()[0] !== this.dialog) return
    const box = this.dialog.getBoundingClientRect()
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom
    if (!inside) this.close()
  }
}
