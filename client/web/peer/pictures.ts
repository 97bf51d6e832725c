import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Comparison } from '../../core/peer/api.ts'
import { base } from '../styles/controls.ts'

/** Four pictures with their names, for two people to compare. What to do with them goes into the slot. */
@customElement('wherry-pictures')
export class Pictures extends LitElement {
  @property({ attribute: false }) comparison: Comparison | null = null

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 12px;
        font-size: 13px;
      }
      ol {
        display: grid;
        grid-template-columns: repeat(4, minmax(0, 1fr));
        gap: 8px;
      }
      li {
        display: grid;
        justify-items: center;
        gap: 4px;
        padding: 12px 4px;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--sunken);
        text-align: center;
        overflow-wrap: anywhere;
      }
      li span:first-child {
        font-size: 32px;
        line-height: 1.2;
      }
      .warn {
        padding: 10px 12px;
        border-radius: var(--radius-m);
        color: var(--warn);
        background: var(--warn-soft);
      }
    `,
  ]

  override render() {
    const { comparison } = this
    if (!comparison) return nothing
    return html`${
      comparison.trust === 'unproven'
        ? html`<p class="warn">${msg('Caution: this is not a device of theirs that you trust. It may be a new one, or somebody in the middle.')}</p>`
        : nothing
    }
      <slot></slot>
      <ol aria-label=${msg('Pictures to compare')}>
        ${comparison.emoji.map(({ picture, name }) => html`<li><span aria-hidden="true">${picture}</span><span>${name}</span></li>`)}
      </ol>`
  }
}
