import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { folderPath } from '../app/routes.ts'
import { base } from '../styles/controls.ts'
import { plainName } from '../text/plain-name.ts'
import { icons } from '../ui/icons.ts'
import { draggedEntries, isDraggingEntries } from './drag.ts'

/** A folder on the way to the open one; without an id, the list of what others shared. */
export type Crumb = { id: string | null; name: string }

export const crumbPath = ({ id }: Crumb): string => (id === null ? '/shared' : folderPath(id))

/** The way to the folder; every crumb is a link, and every folder takes what is dropped on it. */
@customElement('wherry-breadcrumbs')
export class Breadcrumbs extends LitElement {
  /** Outermost first, the open folder last. */
  @property({ attribute: false }) path: readonly Crumb[] = []

  static override styles = [
    base,
    css`
      :host {
        min-inline-size: 0;
      }
      ol {
        display: flex;
        align-items: center;
        gap: 2px;
        font-size: 18px;
        letter-spacing: -0.01em;
      }
      li {
        display: flex;
        align-items: center;
        min-inline-size: 28px;
        flex: 0 4 auto;
      }
      li:last-child {
        flex-shrink: 1;
      }
      a,
      h1 {
        padding: 4px 8px;
        margin-inline: -2px;
        border-radius: var(--radius-s);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: inherit;
        font-weight: 600;
        color: var(--text-2);
        text-decoration: none;
      }
      a:hover {
        color: var(--text);
        background: var(--hover);
      }
      h1 {
        color: var(--text);
        font-weight: 650;
      }
      svg {
        inline-size: 18px;
        block-size: 18px;
        color: var(--text-2);
      }
      li svg:dir(rtl) {
        scale: -1 1;
      }
      .over {
        outline: 2px dashed var(--brand);
        outline-offset: -2px;
        background: var(--brand-soft);
      }
      @media (max-width: 719px) {
        li:not(:nth-last-child(-n + 2)) {
          display: none;
        }
      }
    `,
  ]

  override render() {
    return html`<nav aria-label=${msg('Way to this folder')}><ol>
      ${this.path.map((crumb, index) => {
        const isLast = index === this.path.length - 1
        if (isLast)
          return html`<li aria-current="page"><h1 title=${crumb.name}>${plainName(crumb.name)}</h1></li>`
        return html`<li><a
          href=${crumbPath(crumb)}
          title=${crumb.name}
          @dragover=${(event: DragEvent) => crumb.id !== null && this.#over(event)}
          @dragleave=${this.#leave}
          @drop=${(event: DragEvent) => this.#drop(event, crumb)}
        >${plainName(crumb.name)}</a>${icons.chevronRight}</li>`
      })}
    </ol></nav>`
  }

  #over(event: DragEvent) {
    if (!isDraggingEntries(event)) return
    event.preventDefault()
    ;(event.currentTarget as HTMLElement).classList.add('over')
  }

  #leave = (event: DragEvent) => (event.currentTarget as HTMLElement).classList.remove('over')

  #drop(event: DragEvent, { id, name }: Crumb) {
    this.#leave(event)
    if (id !== null) draggedEntries(event, { id, name }, this)
  }
}
