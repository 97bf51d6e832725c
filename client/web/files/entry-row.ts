import { msg, str } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import type { Entry, TransferProgress } from '../../../protocol/values.ts'
import { formatBytes, formatDate, formatFullDate, formatPercent } from '../text/format.ts'
import '../ui/avatar.ts'
import { icons } from '../ui/icons.ts'
import '../ui/progress-ring.ts'
import { plainName } from '../text/plain-name.ts'
import { kindOf, kindText } from './kind.ts'
import { isGhost, type Row } from './rows.ts'

/** How a row looks at the moment, besides its entry. */
export type RowState = {
  index: number
  isSelected: boolean
  isCursor: boolean
  isCut: boolean
  /** What is being dragged would fall into it. */
  isDropTarget: boolean
  /** Who just changed it, or undefined. */
  news: string | undefined
  /** The name is being edited: the field lies over it. */
  isRenaming: boolean
}

export const rowClasses = (state: RowState): string =>
  [
    state.isSelected && 'selected',
    state.isCursor && 'cursor',
    state.isCut && 'cut',
    state.isDropTarget && 'drop-target',
    state.news !== undefined && 'news',
    state.isRenaming && 'renaming',
  ]
    .filter(Boolean)
    .join(' ')

export const sizeText = (entry: Entry): string => (entry.kind === 'folder' ? '—' : formatBytes(entry.size))

const uploaderText = ({ by }: TransferProgress): string => msg(str`${by.name} is uploading`)

/** Of the whole, from 0 to 1. */
const ghostShare = ({ size, storedBytes }: TransferProgress): number => (size === 0 ? 1 : storedBytes / size)

export const ghostState = (upload: TransferProgress): string =>
  upload.state === 'waiting' ? msg('waiting') : formatPercent(ghostShare(upload))

/** As screen readers read it out: `Plans, Folder, modified yesterday`. */
export const rowLabel = (row: Row, { isCut }: RowState): string => {
  const name = plainName(row.name)
  if (isGhost(row)) return `${name}, ${uploaderText(row)}`
  const size = row.kind === 'file' && formatBytes(row.size)
  const modified = msg(str`modified ${formatDate(row.modifiedAt)}`)
  return [name, kindText(row), size, modified, isCut && msg('cut')].filter(Boolean).join(', ')
}

/** An entry as a row of the list; on narrow containers it has two lines. */
export const entryRow = (entry: Entry, state: RowState, me: string | undefined): TemplateResult => {
  const kind = kindOf(entry)
  const date = formatDate(entry.modifiedAt)
  const second = entry.kind === 'folder' ? date : `${date} · ${formatBytes(entry.size)}`
  return html`<div
    class="row ${rowClasses(state)}"
    role="row"
    id=${`r${state.index}`}
    data-index=${state.index}
    aria-rowindex=${state.index + 2}
    aria-label=${rowLabel(entry, state)}
    aria-selected=${state.isSelected ? 'true' : 'false'}
  >
    <div role="gridcell" class="check">
      <input type="checkbox" tabindex="-1" aria-label=${msg(str`Select ${entry.name}`)} .checked=${state.isSelected} />
    </div>
    <div role="gridcell" class="name" draggable="true" title=${entry.name}>
      <span class="kind ${kind.tone}">${icons[kind.icon]}</span>
      <span class="words"><span class="title">${plainName(entry.name)}</span><small aria-hidden="true">${second}</small></span>
      ${state.news === undefined ? null : html`<span class="badge live">${state.news}</span>`}
    </div>
    <div role="gridcell" class="by">
      ${entry.by ? html`<wherry-avatar .person=${entry.by}></wherry-avatar><span>${entry.by.id === me ? msg('You') : entry.by.name}</span>` : null}
    </div>
    <div role="gridcell" class="date" title=${formatFullDate(entry.modifiedAt)}><span>${date}</span></div>
    <div role="gridcell" class="size"><span>${sizeText(entry)}</span></div>
    <div role="gridcell" class="more">
      <button class="icon" tabindex="-1" aria-label=${msg(str`Actions for ${entry.name}`)} title=${msg('Actions')}>${icons.ellipsis}</button>
    </div>
  </div>`
}

/** A file on its way into the folder by somebody else. */
export const ghostRow = (upload: TransferProgress, rowState: RowState): TemplateResult => {
  const { index } = rowState
  const state = ghostState(upload)
  const who = uploaderText(upload)
  const kind = kindOf({ kind: 'file', name: upload.name, type: null })
  return html`<div class="row ghost ${rowClasses(rowState)}" role="row" id=${`r${index}`} data-index=${index} aria-rowindex=${index + 2} aria-label=${rowLabel(upload, rowState)}>
    <div role="gridcell" class="check"><wherry-progress-ring .share=${ghostShare(upload)}></wherry-progress-ring></div>
    <div role="gridcell" class="name" title=${upload.name}>
      <span class="kind ${kind.tone}">${icons[kind.icon]}</span>
      <span class="words"><span class="title">${plainName(upload.name)}</span><small aria-hidden="true">${who} · ${state}</small></span>
      <span class="badge mine">${who}</span>
    </div>
    <div role="gridcell" class="by"><wherry-avatar .person=${upload.by}></wherry-avatar><span>${upload.by.name}</span></div>
    <div role="gridcell" class="date"><span>${formatBytes(upload.storedBytes)}</span></div>
    <div role="gridcell" class="size"><span>${state}</span></div>
    <div role="gridcell" class="more"></div>
  </div>`
}
