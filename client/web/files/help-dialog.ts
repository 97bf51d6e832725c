import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement } from 'lit/decorators.js'
import { base } from '../styles/controls.ts'
import '../ui/dialog.ts'
import { commandNames, commands, keyCap } from './commands.ts'

/** Every key that does something, from the table of commands. */
@customElement('wherry-help-dialog')
export class HelpDialog extends LitElement {
  static override styles = [
    base,
    css`
      p {
        margin-block-end: 12px;
        font-size: 13px;
        color: var(--text-2);
      }
      dl {
        columns: 260px 2;
        column-gap: 32px;
        font-size: 13px;
      }
      dl > div {
        display: grid;
        grid-template-columns: minmax(40%, 1fr) auto;
        gap: 16px;
        padding-block: 5px;
        break-inside: avoid;
      }
      dd {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 4px;
      }
      kbd {
        padding: 2px 8px;
        border: 1px solid var(--line);
        border-block-end-width: 2px;
        border-radius: 5px;
        font: inherit;
        font-size: 12px;
        background: var(--background);
      }
    `,
  ]

  override render() {
    const rows: [string, string[]][] = [
      [msg('Go from row to row'), ['↑', '↓', 'Home', 'End', 'PgUp', 'PgDn']],
      [msg('Select several'), [`Shift+↓`, `Ctrl+${msg('Space')}`]],
      [msg('Go to a name'), [msg('type it')]],
      [msg('Menu of the row'), ['Shift+F10']],
      ...commandNames
        .filter(name => commands[name].keys.length > 0)
        .map((name): [string, string[]] => [commands[name].label(), commands[name].keys.map(keyCap)]),
    ]
    return html`<wherry-dialog wide heading=${msg('Keyboard')} @close=${() => this.dispatchEvent(new Event('close'))}>
      <p>${msg('What keys do in a folder:')}</p>
      <dl>${rows.map(([label, keys]) => html`<div><dt>${label}</dt><dd>${keys.map(key => html`<kbd>${key}</kbd>`)}</dd></div>`)}</dl>
    </wherry-dialog>`
  }
}
