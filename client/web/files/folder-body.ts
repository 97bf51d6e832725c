import { msg } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import { loadLater } from '../app/load-later.ts'
import type { CommandName } from './commands.ts'
import './entry-list.ts'
import type { EntryList } from './entry-list.ts'
import type { ListEvents } from './list-events.ts'

/** What the list is given. */
type ListParts = Pick<
  EntryList,
  | 'rows'
  | 'selected'
  | 'isGiven'
  | 'shownSelected'
  | 'cursor'
  | 'view'
  | 'order'
  | 'news'
  | 'cut'
  | 'renaming'
  | 'isTaken'
  | 'label'
  | 'me'
> & { listKey: string }

export type ListHandlers = { readonly [N in keyof ListEvents]: (detail: ListEvents[N]) => void }

const heard =
  <D>(handler: (detail: D) => void) =>
  (event: CustomEvent<D>) =>
    handler(event.detail)

/** The list of a folder that has rows. */
export const folderList = (parts: ListParts, on: ListHandlers): TemplateResult => html`<wherry-entry-list
  .rows=${parts.rows}
  .selected=${parts.selected}
  .isGiven=${parts.isGiven}
  .shownSelected=${parts.shownSelected}
  .cursor=${parts.cursor}
  .view=${parts.view}
  .order=${parts.order}
  .news=${parts.news}
  .cut=${parts.cut}
  .renaming=${parts.renaming}
  .isTaken=${parts.isTaken}
  .listKey=${parts.listKey}
  .label=${parts.label}
  .me=${parts.me}
  @list-select=${heard(on['list-select'])}
  @list-open=${heard(on['list-open'])}
  @list-menu=${heard(on['list-menu'])}
  @list-band=${heard(on['list-band'])}
  @list-order=${heard(on['list-order'])}
  @list-all=${heard(on['list-all'])}
  @list-rename=${heard(on['list-rename'])}
  @list-scroll=${heard(on['list-scroll'])}
></wherry-entry-list>`

type WithoutRows = {
  isGone: boolean
  isLoading: boolean
  filter: string
  isWritable: boolean
  run(command: CommandName): void
  openMenu(at: { x: number; y: number }): void
}

const emptyFolder = () => import('./empty-folder.ts')

/** What stands in place of the list when there is no row. */
export const folderWithoutRows = (why: WithoutRows): TemplateResult => {
  if (why.isLoading && !why.isGone) return html`<p class="loading" role="status">${msg('Loading…')}</p>`
  void loadLater(emptyFolder)
  if (why.isGone) return html`<wherry-empty-folder tabindex="-1" state="gone"></wherry-empty-folder>`
  const menu = (event: MouseEvent) => {
    event.preventDefault()
    why.openMenu({ x: event.clientX, y: event.clientY })
  }
  return html`<wherry-empty-folder
    tabindex="-1"
    .state=${why.filter ? 'noMatch' : 'empty'}
    .filter=${why.filter}
    ?writable=${why.isWritable}
    @command=${heard(why.run)}
    @contextmenu=${menu}
  ></wherry-empty-folder>`
}
