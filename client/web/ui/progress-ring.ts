import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { cssom } from '../styles/cssom.ts'

/** A share of a whole as a ring. Decorative: the number stands beside it. */
@customElement('wherry-progress-ring')
export class ProgressRing extends LitElement {
  @property({ attribute: false }) share = 0

  static override styles = css`
    div {
      inline-size: 18px;
      block-size: 18px;
      border-radius: 50%;
      background: conic-gradient(var(--brand) var(--share, 0%), var(--line) 0);
      mask: radial-gradient(closest-side, transparent 70%, black 74%);
    }
    @media (forced-colors: active) {
      div {
        forced-color-adjust: none;
        background: conic-gradient(Highlight var(--share, 0%), GrayText 0);
      }
    }
  `

  override render() {
    return html`<div aria-hidden="true" ${cssom({ '--share': `${this.share * 100}%` })}></div>`
  }
}
