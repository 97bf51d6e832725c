import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { Comparison } from '../../core/peer/api.ts'
import '../peer/pictures.ts'
import { base, buttons } from '../styles/controls.ts'

export type Compared = { isSame: boolean; trust: boolean }

/** Asks the sender whether the other person sees the same pictures. Fires `compared` with a Compared. */
@customElement('wherry-compare-form')
export class CompareForm extends LitElement {
  @property({ attribute: false }) comparison: Comparison | null = null
  @query('input') private readonly trust!: HTMLInputElement

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: grid;
        gap: 12px;
        max-inline-size: 460px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 13px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
    `,
  ]

  override render() {
    return html`<wherry-pictures .comparison=${this.comparison}>
        ${msg('Ask them, by voice or face to face, which pictures they see. Until you answer they learn nothing of what you send.')}
      </wherry-pictures>
      <label><input type="checkbox" />${msg('Trust this device for later (both of you have to)')}</label>
      <div class="buttons">
        <button class="primary" type="button" @click=${() => this.#answer(true)}>${msg('They see the same')}</button>
        <button type="button" @click=${() => this.#answer(false)}>${msg('They see others')}</button>
      </div>`
  }

  #answer(isSame: boolean) {
    const detail: Compared = { isSame, trust: this.trust.checked }
    this.dispatchEvent(new CustomEvent('compared', { detail }))
  }
}
