import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'

/** Who of this hub is to have it. Fires `person` with an e-mail address. */
@customElement('wherry-person-form')
export class PersonForm extends LitElement {
  @property({ type: Boolean }) disabled = false
  @query('input') private readonly field!: HTMLInputElement

  static override styles = [
    base,
    buttons,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px;
      }
      label {
        display: grid;
        flex: 1 1 220px;
        gap: 4px;
        max-inline-size: 360px;
        font-size: 13px;
        color: var(--text-2);
      }
      input {
        font: inherit;
        color: var(--text);
        min-block-size: 36px;
        padding: 0 10px;
        border: 1px solid var(--control-line);
        border-radius: var(--radius-s);
        background: var(--surface);
      }
    `,
  ]

  override render() {
    return html`<form @submit=${this.#offer}>
      <label>${msg('To a person on this hub')}<input type="email" required placeholder=${msg('E-mail address')} autocomplete="off" ?disabled=${this.disabled} /></label>
      <button ?disabled=${this.disabled}>${icons.send}${msg('Offer')}</button>
    </form>`
  }

  #offer = (event: SubmitEvent) => {
    event.preventDefault()
    const email = this.field.value.trim()
    if (email === '') return
    this.field.value = ''
    this.dispatchEvent(new CustomEvent('person', { detail: email }))
  }
}
