import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Person } from '../../../protocol/values.ts'
import { base } from '../styles/controls.ts'
import { cssom } from '../styles/cssom.ts'

const hues = [232, 25, 65, 158, 200, 265, 300, 345]

const hueOf = (id: string): number => {
  let sum = 0
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0
  return hues[sum % hues.length] ?? 232
}

/** A person as a coloured initial. Decorative: the name stands beside it or in the group's label. */
@customElement('wherry-avatar')
export class Avatar extends LitElement {
  @property({ attribute: false }) person: Person | null = null

  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
        flex: none;
      }
      span {
        display: grid;
        place-items: center;
        inline-size: var(--avatar-size, 22px);
        block-size: var(--avatar-size, 22px);
        border-radius: 50%;
        font-size: calc(var(--avatar-size, 22px) * 0.46);
        font-weight: 650;
        line-height: 1;
        color: white;
        background: oklch(0.48 0.12 var(--hue, 232));
      }
      @media (forced-colors: active) {
        span {
          border: 1px solid CanvasText;
        }
      }
    `,
  ]

  override render() {
    const initial = [...(this.person?.name ?? '')][0] ?? '?'
    const hue = String(hueOf(this.person?.id ?? ''))
    return html`<span aria-hidden="true" ${cssom({ '--hue': hue })}>${initial.toLocaleUpperCase()}</span>`
  }
}
