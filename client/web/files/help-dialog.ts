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
      dl {
        display: grid;
        grid-template-columns: minmax(45%, 1fr) auto;
        gap: 10px 24px;
        font-size: 13px;
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
    return html`<wherry-dialog heading=${msg('Keyboard')} @close=${() => this.dispatchEvent(new Event('close'))}>
      <dl>${rows.map(([label, keys]) => html`<dt>${label}</dt><dd>${keys.map(key => html`<kbd>${key}</kbd>`)}</dd>`)}</dl>
    </wherry-dialog>`
  }
}
