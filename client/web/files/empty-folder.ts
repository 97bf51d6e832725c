import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { base, buttons } from '../styles/controls.ts'
import { icons } from '../ui/icons.ts'
import { canDrop } from '../ui/pointing.ts'
import type { CommandName } from './commands.ts'

/** Instead of rows: an empty folder, a filter without a match, a folder that is gone. Each teaches one action. */
@customElement('wherry-empty-folder')
export class EmptyFolder extends LitElement {
  @property() state: 'empty' | 'gone' | 'noMatch' = 'empty'
  @property() filter = ''
  @property({ type: Boolean }) writable = false

  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 6px;
        padding: 32px 24px 96px;
        text-align: center;
        color: var(--text-2);
      }
      .picture {
        display: grid;
        place-items: center;
        inline-size: 72px;
        block-size: 72px;
        margin-block-end: 10px;
        border-radius: 50%;
        color: var(--brand);
        background: var(--brand-soft);
      }
      .picture svg {
        inline-size: 32px;
        block-size: 32px;
        stroke-width: 1.5;
      }
      b {
        font-size: 16px;
        font-weight: 600;
        color: var(--text);
      }
      button,
      .button {
        margin-block-start: 14px;
      }
    `,
  ]

  override render() {
    if (this.state === 'gone') {
      return html`<span class="picture">${icons.folder}</span><b>${msg('This folder is not here')}</b>
        <p>${msg('It was deleted or moved, or it is no longer shared with you.')}</p>
        <a class="button" href="/f/">${msg('Go to my files')}</a>`
    }
    if (this.state === 'noMatch') {
      return html`<span class="picture">${icons.search}</span><b>${msg(str`Nothing here is called “${this.filter}”`)}</b>
        <p>${msg('The filter looks at the names in this folder.')}</p>`
    }
    return html`<span class="picture">${icons.upload}</span><b>${msg('This folder is empty')}</b>
      ${
        this.writable
          ? html`${canDrop() ? html`<p>${msg('Drop files or folders anywhere on this page.')}</p>` : nothing}
            <button class="primary" @click=${() => this.#command('uploadFiles')}>${icons.fileUp}${msg('Upload files')}</button>`
          : html`<p>${msg('What others put into it appears here by itself.')}</p>`
      }`
  }

  #command(name: CommandName) {
    this.dispatchEvent(new CustomEvent<CommandName>('command', { detail: name }))
  }
}
