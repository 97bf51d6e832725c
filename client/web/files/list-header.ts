import { msg } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import { icons } from '../ui/icons.ts'
import { tell } from './list-events.ts'
import type { ListOrder } from './rows.ts'

export const columns: readonly { by: ListOrder['by']; className: string; label: () => string }[] = [
  { by: 'name', className: 'name', label: () => msg('Name') },
  { by: 'person', className: 'by', label: () => msg('Changed by') },
  { by: 'modified', className: 'date', label: () => msg('Modified') },
  { by: 'size', className: 'size', label: () => msg('Size') },
]

/** The order that choosing a column makes: by it, or, where that is so already, the other way round. */
export const orderBy = (by: ListOrder['by'], present: ListOrder): ListOrder => ({
  by,
  descending: present.by === by && !present.descending,
})

/** The head of the list: a click sorts by a column, another one turns the order round. */
export const listHeader = (
  host: HTMLElement,
  order: ListOrder,
  checked: 'all' | 'some' | 'none',
): TemplateResult => html`<div class="row head" role="row" aria-rowindex="1">
  <div role="columnheader" class="check">
    <input
      type="checkbox"
      aria-label=${msg('Select all')}
      .checked=${checked === 'all'}
      .indeterminate=${checked === 'some'}
      @change=${(event: Event) => tell(host, 'list-all', { selected: (event.target as HTMLInputElement).checked })}
    />
  </div>
  ${columns.map(({ by, className, label }) => {
    const isCurrent = order.by === by
    const direction = order.descending ? 'descending' : 'ascending'
    return html`<div role="columnheader" class=${className} aria-sort=${isCurrent ? direction : 'none'}>
      <button @click=${() => tell(host, 'list-order', orderBy(by, order))}>
        ${label()}${isCurrent ? icons[order.descending ? 'arrowDown' : 'arrowUp'] : null}
      </button>
    </div>`
  })}
  <div role="columnheader" class="more"><span class="for-readers">${msg('Actions')}</span></div>
</div>`
