import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { base } from '../styles/controls.ts'
import { focusedElement, refocus } from './focus.ts'
import { type IconName, icons } from './icons.ts'
import { OpeningPress } from './opening-press.ts'

export type MenuItem = {
  label: string
  icon: IconName | TemplateResult
  /** As shown to people: `F2`. */
  keys?: string
  danger?: boolean
  /** It is one of several of which one is chosen, and whether it is that one. */
  isChosen?: boolean
  /** Shown, and not to be run; `note`: its words say why others are not. */
  disabled?: boolean | 'note'
  /** True begins a new group. */
  line?: boolean
  run(): unknown
}

const gap = 8

/** A menu as a popover: at a point, or below the element that opened it; on a phone a sheet. What is in it is its head. */
@customElement('wherry-menu')
export class Menu extends LitElement {
  @property() label = ''
  @state() private items: readonly MenuItem[] = []
  @state() private shownLabel = ''
  @query('[popover]') private readonly popup!: HTMLElement
  /** What had the focus before. */
  #opener: HTMLElement | null = null
  readonly #press = new OpeningPress(this)

  static override styles = [
    base,
    css`
      [popover] {
        position: fixed;
        inset: auto;
        min-inline-size: 236px;
        max-block-size: calc(100dvh - 16px);
        margin: 0;
        padding: 6px;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        color: var(--text);
        background: var(--raised);
        box-shadow: var(--shadow-2);
      }
      button {
        display: flex;
        align-items: center;
        gap: 12px;
        inline-size: 100%;
        min-block-size: 34px;
        padding: 0 10px;
        border: 0;
        border-radius: var(--radius-s);
        font: inherit;
        font-size: 13px;
        text-align: start;
        color: inherit;
        background: none;
        cursor: pointer;
      }
      button:hover,
      button:focus-visible {
        background: var(--brand-soft);
        outline-offset: -2px;
      }
      button span {
        flex: 1;
      }
      svg {
        inline-size: 18px;
        block-size: 18px;
        color: var(--text-2);
      }
      kbd {
        font: inherit;
        font-size: 12px;
        color: var(--text-2);
      }
      @media (pointer: coarse) {
        button {
          min-block-size: 44px;
        }
        kbd {
          display: none;
        }
      }
      [aria-disabled="true"] {
        cursor: default;
      }
      .disabled {
        opacity: 0.5;
      }
      .danger,
      .danger svg {
        color: var(--danger);
      }
      hr {
        margin: 6px 4px;
        border: 0;
        border-block-start: 1px solid var(--line);
      }
      @media (max-width: 719px) {
        [popover] {
          inset: auto 0 0 !important;
          inline-size: 100%;
          padding-block-end: calc(12px + env(safe-area-inset-bottom));
          border-radius: var(--radius-l) var(--radius-l) 0 0;
        }
        [popover]::backdrop {
          background: var(--backdrop);
        }
        button {
          min-block-size: 46px;
          font-size: 14px;
        }
      }
    `,
  ]

  /** Opens it with these items at a point of the window, and moves the focus to the chosen item, or the first one. */
  async openAt(x: number, y: number, items: readonly MenuItem[], label = this.label): Promise<void> {
    this.#opener = focusedElement()
    this.items = items
    this.shownLabel = label
    await this.updateComplete
    this.popup.showPopover()
    this.#press.opened(this.popup)
    const { width, height } = this.popup.getBoundingClientRect()
    const isRtl = getComputedStyle(this).direction === 'rtl'
    const left = Math.max(gap, Math.min(isRtl ? x - width : x, innerWidth - width - gap))
    const top = Math.max(gap, Math.min(y, innerHeight - height - gap))
    this.popup.style.left = `${left}px`
    this.popup.style.top = `${top}px`
    this.#focus(
      Math.max(
        0,
        items.findIndex(({ isChosen }) => isChosen),
      ),
    )
  }

  openBelow(opener: HTMLElement, items: readonly MenuItem[]): Promise<void> {
    const box = opener.getBoundingClientRect()
    const isRtl = getComputedStyle(this).direction === 'rtl'
    return this.openAt(isRtl ? box.right : box.left, box.bottom + 6, items)
  }

  close(): void {
    this.popup.hidePopover()
  }

  override render() {
    return html`<div popover role="menu" aria-label=${this.shownLabel} @keydown=${this.#pressed} @toggle=${this.#toggled}>
      <slot></slot>
      ${this.items.map(
        item => html`${item.line ? html`<hr role="separator" />` : null}<button
          role=${item.isChosen === undefined ? 'menuitem' : 'menuitemradio'}
          aria-checked=${item.isChosen ?? nothing}
          tabindex="-1"
          class=${item.disabled === true ? 'disabled' : item.danger ? 'danger' : ''}
          aria-disabled=${item.disabled ? 'true' : 'false'}
          @click=${() => this.#run(item)}
        >${typeof item.icon === 'string' ? icons[item.icon] : item.icon}<span>${item.label}</span>${item.keys ? html`<kbd aria-hidden="true">${item.keys}</kbd>` : null}</button>`,
      )}
    </div>`
  }

  #run(item: MenuItem) {
    if (this.#press.takeClick() || item.disabled) return
    this.popup.hidePopover()
    item.run()
  }

  /** The browser gives the focus back to elements of the page, and not to those inside of other components. */
  #toggled = (event: ToggleEvent) => {
    if (event.newState === 'closed') refocus(this.#opener, this.popup)
  }

  #focus(index: number) {
    const all = this.renderRoot.querySelectorAll<HTMLElement>('[role^="menuitem"]')
    all[(index + all.length) % all.length]?.focus()
  }

  #pressed = (event: KeyboardEvent) => {
    const all = [...this.renderRoot.querySelectorAll('[role^="menuitem"]')]
    const at = all.findIndex(item => item.matches(':focus'))
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }
    const next = steps[event.key]
    if (event.key === 'Tab') {
      // From there it goes on, and not from where the menu stands.
      this.#opener?.focus({ preventScroll: true })
      this.popup.hidePopover()
    }
    event.stopPropagation()
    if (next === undefined) return
    event.preventDefault()
    this.#focus(next)
  }
}
