import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Person } from '../../../protocol/values.ts'
import { base } from '../styles/controls.ts'
import '../ui/avatar.ts'

const shownPeople = 4

/** Who else has the folder open. */
@customElement('wherry-presence')
export class Presence extends LitElement {
  @property({ attribute: false }) people: readonly Person[] = []

  static override styles = [
    base,
    css`
      div {
        display: flex;
        align-items: center;
        --avatar-size: 30px;
      }
      wherry-avatar {
        border: 2px solid var(--surface);
        border-radius: 50%;
      }
      wherry-avatar + wherry-avatar,
      .rest {
        margin-inline-start: -9px;
      }
      .rest {
        display: grid;
        place-items: center;
        min-inline-size: 34px;
        block-size: 34px;
        border: 2px solid var(--surface);
        border-radius: 99px;
        font-size: 12px;
        font-weight: 600;
        background: var(--background);
      }
    `,
  ]

  override render() {
    if (this.people.length === 0) return null
    const names = this.people.map(person => person.name).join(', ')
    const label = msg(str`Also here: ${names}`)
    const rest = this.people.length - shownPeople
    return html`<div role="img" aria-label=${label} title=${label}>
      ${this.people.slice(0, shownPeople).map(person => html`<wherry-avatar .person=${person}></wherry-avatar>`)}
      ${rest > 0 ? html`<span class="rest">+${rest}</span>` : null}
    </div>`
  }
}
