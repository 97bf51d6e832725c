import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { base } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'

/** Filters the folder while typing. Fires `input`; Escape empties it, Enter and ArrowDown fire `leave`. */
@customElement('wherry-search-field')
export class SearchField extends LitElement {
  @property() value = ''
  @query('input') private readonly field!: HTMLInputElement

  static override styles = [
    base,
    css`
      :host {
        min-inline-size: 0;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        min-block-size: 40px;
        padding: 0 12px;
        border: 1px solid var(--control-line);
        border-radius: var(--radius-s);
        color: var(--text-2);
        background: var(--surface);
        cursor: text;
      }
      label:focus-within {
        outline: 2px solid var(--brand);
        outline-offset: -1px;
      }
      input {
        flex: 1;
        min-inline-size: 0;
        border: 0;
        padding: 0;
        font: inherit;
        color: var(--text);
        background: none;
      }
      input:focus {
        outline: none;
      }
      input::placeholder {
        color: var(--text-2);
        opacity: 1;
      }
      input::-webkit-search-cancel-button {
        display: none;
      }
      svg {
        inline-size: 18px;
        block-size: 18px;
      }
      kbd {
        padding: 1px 8px;
        border-radius: 99px;
        font: inherit;
        font-size: 11px;
        font-weight: 600;
        background: var(--background);
      }
      button {
        display: grid;
        place-items: center;
        inline-size: 24px;
        block-size: 24px;
        padding: 0;
        border: 0;
        border-radius: 50%;
        color: inherit;
        background: none;
        cursor: pointer;
      }
      @media (max-width: 719px), (pointer: coarse) {
        kbd {
          display: none;
        }
      }
    `,
  ]

  override focus(): void {
    this.field.focus()
    this.field.select()
  }

  override render() {
    return html`<label>
      ${icons.search}<span class="for-readers">${msg('Filter this folder')}</span>
      <input
        type="search"
        autocomplete="off"
        spellcheck="false"
        placeholder=${msg('Filter this folder')}
        .value=${this.value}
        @input=${() => this.#change(this.field.value)}
        @keydown=${this.#pressed}
      />
      ${
        this.value
          ? html`<button type="button" aria-label=${msg('Clear the filter')} title=${msg('Clear the filter')} @click=${() => this.#change('')}>${icons.close}</button>`
          : html`<kbd aria-hidden="true">/</kbd>`
      }
    </label>`
  }

  #change(value: string) {
    this.value = value
    this.dispatchEvent(new Event('change'))
  }

  #pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && this.value) this.#change('')
    else if (['Escape', 'Enter', 'ArrowDown'].includes(event.key)) this.dispatchEvent(new Event('leave'))
    else return
    event.preventDefault()
  }
}
