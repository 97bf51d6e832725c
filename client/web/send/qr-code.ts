import { css, html, LitElement, svg } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { encode } from 'uqr'

/** A QR code, black on white whatever the theme: many cameras read no other. */
@customElement('wherry-qr-code')
export class QrCode extends LitElement {
  @property() text = ''
  /** What it is, for those who do not see it. */
  @property() label = ''

  static override styles = css`
    :host {
      display: block;
      padding: 12px;
      border-radius: var(--radius-m);
      background: white;
      forced-color-adjust: none;
    }
    svg {
      display: block;
      inline-size: 100%;
      block-size: auto;
      shape-rendering: crispedges;
    }
  `

  override render() {
    const { data, size } = encode(this.text, { ecc: 'M', border: 1 })
    const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label}>${svg`<path fill="black" d=${path.join('')} />`}</svg>`
  }
}
