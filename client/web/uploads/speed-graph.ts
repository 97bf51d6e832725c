import { css, html, LitElement, svg } from 'lit'
import { customElement, property } from 'lit/decorators.js'

const width = 60
const height = 20

/** The last minute's speed, so that a drop-out can be seen. Decorative: the figures stand beside it. */
@customElement('wherry-speed-graph')
export class SpeedGraph extends LitElement {
  @property({ attribute: false }) seconds: readonly number[] = []

  static override styles = css`
    svg {
      display: block;
      inline-size: 100%;
      block-size: 34px;
      background: var(--sunken);
    }
    :host(:dir(rtl)) svg {
      transform: scaleX(-1);
    }
    path {
      fill: var(--brand-soft);
      stroke: var(--brand);
      stroke-width: 1.5;
      vector-effect: non-scaling-stroke;
    }
  `

  override render() {
    const top = Math.max(1, ...this.seconds)
    const from = width - this.seconds.length
    const points = this.seconds.map(
      (rate, i) => `${from + i + 1} ${(height - 1 - (rate / top) * (height - 4)).toFixed(2)}`,
    )
    const line =
      points.length > 0 ? `M ${from} ${height + 1} L ${points.join(' L ')} L ${width} ${height + 1} Z` : ''
    return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${svg`<path d=${line} />`}</svg>`
  }
}
