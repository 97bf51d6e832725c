import { html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'

/** A folder. */
@customElement('wherry-files-page')
export class FilesPage extends LitElement {
  @property() place = ''
  @property() filter = ''
  run(_command: string): void {}
  receive(_drop: unknown): void {}
  override render() {
    return html`<p>${this.place}</p>`
  }
}
