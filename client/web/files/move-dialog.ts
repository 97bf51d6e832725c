import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { limits } from '../../../protocol/limits.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import '../ui/dialog.ts'
import { named } from '../text/named.ts'
import type { ModalDialog } from '../ui/dialog.ts'
import { icons } from '../ui/icons.ts'
import type { DropTarget } from './drag.ts'
import { crumbsOf, targetOf } from './shown-folder.ts'

/** Chooses a folder by walking there: what dragging does, for the keyboard. Fires `choose`. */
@customElement('wherry-move-dialog')
export class MoveDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) entries: readonly Entry[] = []
  /** Where the walk begins. */
  @property() from = ''
  @state() private place = ''
  @query('wherry-dialog') private readonly dialog!: ModalDialog
  @query('.list') private readonly list!: HTMLElement | null
  readonly #folder = new Task(this, {
    args: () => [this.place || this.from],
    task: async ([folder], { signal }) => {
      const [info, list] = await Promise.all([
        this.client.call('entry.get', { entry: folder ?? '' }, { signal }),
        // Folders come first, so that one page has nearly always all of them.
        this.client.call('folder.list', { folder: folder ?? '', limit: limits.pageEntries }, { signal }),
      ])
      const moved = new Set(this.entries.map(entry => entry.id))
      return { info, folders: list.entries.filter(entry => entry.kind === 'folder' && !moved.has(entry.id)) }
    },
    onComplete: () => void this.#focusFirst(),
  })

  static override styles = [
    base,
    buttons,
    fields,
    css`
      .list {
        block-size: min(320px, 40dvh);
        margin-block: 8px 16px;
        padding: 4px;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        overflow: auto;
      }
      .list button {
        justify-content: start;
        inline-size: 100%;
        padding: 0 10px;
        font-weight: 500;
      }
      .list span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .list svg {
        color: var(--text-2);
      }
      .none {
        padding: 16px;
        color: var(--text-2);
      }
      .here {
        font-weight: 600;
      }
    `,
  ]

  override render() {
    const chosen = this.#folder.value
    return html`<wherry-dialog wide heading=${msg(str`Move ${named(this.entries)} to…`)} @close=${() => this.dispatchEvent(new Event('close'))}>
      <p class="here" role="status">${
        crumbsOf(chosen?.info ?? null, this.client.user?.id)
          .map(({ name }) => name)
          .join(' / ') || ' '
      }</p>
      <div class="list">${this.#list()}</div>
      <div class="actions">
        <button type="button" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
        <button
          class="primary"
          ?disabled=${!chosen || chosen.info.entry.id === this.from}
          @click=${() => chosen && this.#choose(targetOf(chosen.info, this.client.user?.id))}
        >${msg('Move here')}</button>
      </div>
    </wherry-dialog>`
  }

  #list() {
    return this.#folder.render({
      error: error => html`<p class="error" role="alert">${errorSentence(error)}</p>`,
      complete: ({ info, folders }) => html`
        ${this.#step(info.path.at(-1), 'arrowUp', msg('Folder above'))}
        ${folders.map(folder => this.#step(folder, 'folder', folder.name))}
        ${folders.length === 0 ? html`<p class="none">${msg('No folders in here.')}</p>` : null}`,
    })
  }

  #step(target: DropTarget | undefined, icon: 'arrowUp' | 'folder', label: string) {
    if (!target) return null
    const open = () => {
      this.place = target.id
    }
    return html`<button class="quiet" type="button" @click=${open}>${icons[icon]}<span>${label}</span></button>`
  }

  /** The folders that were walked through are gone, and the focus with them. */
  async #focusFirst() {
    this.requestUpdate()
    await this.updateComplete
    this.list?.querySelector('button')?.focus()
  }

  #choose(target: DropTarget) {
    this.dispatchEvent(new CustomEvent<DropTarget>('choose', { detail: target }))
    this.dialog.close()
  }
}
