import { consume } from '@lit/context'
import { msg } from '@lit/localize'
import { html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { nameProblem } from '../../../protocol/names.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import '../ui/dialog.ts'
import type { ModalDialog } from '../ui/dialog.ts'

/** Makes a folder in a folder. Fires `created` with its id. */
@customElement('wherry-new-folder-dialog')
export class NewFolderDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property() folder = ''
  @property({ attribute: false }) isTaken: (name: string) => boolean = () => false
  @state() private problem = ''
  @query('wherry-dialog') private readonly dialog!: ModalDialog
  @query('input') private readonly field!: HTMLInputElement

  static override styles = [base, buttons, fields]

  override render() {
    return html`<wherry-dialog heading=${msg('New folder')} @close=${() => this.dispatchEvent(new Event('close'))}>
      <form @submit=${this.#submit}>
        <label>${msg('Name')}
          <input
            name="name"
            autocomplete="off"
            autofocus
            required
            aria-invalid=${this.problem ? 'true' : 'false'}
            aria-describedby="problem"
            @input=${this.#check}
          />
        </label>
        <p class="error" id="problem" role="alert" ?hidden=${!this.problem}>${this.problem}</p>
        <div class="actions">
          <button type="button" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
          <button class="primary" ?disabled=${this.problem !== ''}>${msg('Create folder')}</button>
        </div>
      </form>
    </wherry-dialog>`
  }

  /** Spaces around a name cannot be seen. */
  get #typed(): string {
    return this.field.value.trim()
  }

  #check = () => {
    const name = this.#typed
    this.problem =
      this.field.value === ''
        ? ''
        : (nameProblem(name) ?? (this.isTaken(name) ? msg('Something here has that name already.') : ''))
  }

  #submit = async (event: SubmitEvent) => {
    event.preventDefault()
    try {
      const { entry } = await this.client.call('folder.create', {
        folder: this.folder,
        name: this.#typed,
        onClash: 'fail',
      })
      this.dispatchEvent(new CustomEvent<string>('created', { detail: entry.id }))
      this.dialog.close()
    } catch (error) {
      this.problem = errorSentence(error)
    }
  }
}
