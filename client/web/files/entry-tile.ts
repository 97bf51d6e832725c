import { msg, str } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import { plainName } from '../text/plain-name.ts'
import { icons } from '../ui/icons.ts'
import { ghostState, type RowState, rowClasses, rowLabel, sizeText } from './entry-row.ts'
import { kindOf } from './kind.ts'
import { isGhost, type Row } from './rows.ts'

/** An entry, or an upload of somebody else, as a tile of the grid view. */
export const entryTile = (row: Row, state: RowState): TemplateResult => {
  const ghost = isGhost(row)
  const kind = ghost ? kindOf({ kind: 'file', name: row.name, type: null }) : kindOf(row)
  const second = ghost ? `${row.by.name} · ${ghostState(row)}` : (state.news ?? sizeText(row))
  return html`<div
    class="tile ${ghost ? 'ghost' : ''} ${rowClasses(state)}"
    role="gridcell"
    id=${`r${state.index}`}
    data-index=${state.index}
    aria-label=${rowLabel(row, state)}
    aria-selected=${state.isSelected ? 'true' : 'false'}
  >
    ${
      ghost
        ? null
        : html`<input
          type="checkbox"
          tabindex="-1"
          aria-label=${msg(str`Select ${row.name}`)}
          .checked=${state.isSelected}
        />`
    }
    <div class="name" draggable=${ghost ? 'false' : 'true'} title=${row.name}>
      <span class="kind ${kind.tone}">${icons[kind.icon]}</span>
      <span class="title">${plainName(row.name)}</span>
    </div>
    <small>${second}</small>
  </div>`
}
