import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { base, buttons, fields } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'

/** Asks for a code, and completes its words. Fires `code` with what was typed or pasted. */
@customElement('wherry-code-form')
export class CodeForm extends LitElement {
  @property() problem = ''
  @property({ type: Boolean }) busy = false
  @state() private suggestions: readonly string[] = []
  @query('input') private readonly field!: HTMLInputElement

  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: block;
      }
      .code:not([type="checkbox"]) {
        min-block-size: 52px;
        font: 600 20px / 1.3 ui-monospace, "Cascadia Mono", Menlo, monospace;
      }
      .code::placeholder {
        font-weight: 400;
        color: var(--text-2);
        opacity: 1;
      }
    `,
  ]

  override render() {
    return html`<form @submit=${this.#submit}>
      <label>${msg('Code from the sender')}
        <input
          class="code"
          name="code"
          dir="ltr"
          list="words"
          placeholder="7-copper-violin"
          autocomplete="off"
          autocapitalize="none"
          autocorrect="off"
          spellcheck="false"
          enterkeyhint="go"
          aria-describedby=${this.problem ? 'problem' : nothing}
          aria-invalid=${this.problem ? 'true' : 'false'}
          required
          autofocus
          @input=${this.#typed}
        />
        <datalist id="words">${this.suggestions.map(text => html`<option value=${text}></option>`)}</datalist>
        <span class="hint">${msg('A number and two words. A link works here too.')}</span>
      </label>
      ${this.problem ? html`<p class="error" id="problem" role="alert">${icons.circleAlert}<span>${this.problem}</span></p>` : nothing}
      <button class="primary" aria-disabled=${this.busy ? 'true' : 'false'}>${this.busy ? msg('Connecting…') : msg('Receive')}</button>
    </form>`
  }

  /** Completions of the word under way, behind what stands before it. */
  #typed = async () => {
    const { value } = this.field
    const [, before = '', word = ''] =
      /^(\s*\d+[^\p{L}\p{N}]+(?:\p{L}+[^\p{L}\p{N}]+)?)(\p{L}+)$/u.exec(value) ?? []
    if (!word) {
      this.suggestions = []
      return
    }
    const { loadWords, suggestWords } = await import('../../core/peer/pairing/words.ts')
    this.suggestions = suggestWords(await loadWords(), word).map(one => before + one)
  }

  #submit = (event: SubmitEvent) => {
    event.preventDefault()
    this.dispatchEvent(new CustomEvent('code', { detail: this.field.value }))
  }
}
