import { msg } from '@lit/localize'
import type { Entry } from '../../../protocol/values.ts'
import { titleOpen } from '../app/page-title.ts'
import { request } from '../app/requests.ts'
import { writeSettings } from '../app/settings.ts'
import type { DropTarget } from './drag.ts'
import type { FolderInfo } from './folder-view.ts'

/** From the root of the space down to the open folder; the root of the own space is called Files. */
export const crumbsOf = (info: FolderInfo | null, me: string | undefined): DropTarget[] => {
  if (!info) return []
  const isOwn = info.space.owner?.id === me
  const path = [...info.path, { id: info.entry.id, name: info.entry.name }]
  return path.map(crumb => (isOwn && crumb.id === info.space.root ? { ...crumb, name: msg('Files') } : crumb))
}

/** The folder as an entry, under the name that people know it by, and the way to it. */
export type ShownPlace = { crumbs: readonly DropTarget[]; here: Entry | null }

/** Tells the parts around the page which folder is open: the frame, the title of the tab, the next visit. */
export class ShownFolder {
  #told: string | null = null
  #info: FolderInfo | null = null
  #place: ShownPlace = { crumbs: [], here: null }

  /** The same object for the same answer of the hub, so that nothing is rendered anew for it. */
  place(info: FolderInfo | null, me: string | undefined): ShownPlace {
    if (info === this.#info) return this.#place
    const crumbs = crumbsOf(info, me)
    this.#info = info
    this.#place = { crumbs, here: info && { ...info.entry, name: crumbs.at(-1)?.name ?? info.entry.name } }
    return this.#place
  }

  tell(host: HTMLElement, info: FolderInfo | null, me: string | undefined): void {
    const name = crumbsOf(info, me).at(-1)?.name ?? ''
    const key = info && `${info.entry.id} ${info.level} ${name}`
    if (key === this.#told) return
    this.#told = key
    titleOpen(info && name)
    if (info) writeSettings({ lastFolder: info.entry.id })
    const shown = info && { id: info.entry.id, name, level: info.level, space: info.space.id }
    request(host, 'wherry-folder-shown', shown)
  }
}
