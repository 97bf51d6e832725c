import { msg } from '@lit/localize'
import type { Entry } from '../../../protocol/values.ts'
import { titleOpen } from '../app/page-title.ts'
import { type OpenFolder, request } from '../app/requests.ts'
import { writeSettings } from '../app/settings.ts'
import { announce } from '../ui/say.ts'
import type { Crumb } from './breadcrumbs.ts'
import type { DropTarget } from './drag.ts'
import type { FolderInfo } from './folder-view.ts'

/** As far up as may be read: to the root of a space, or to a folder that was shared alone. */
const wayTo = ({ path, entry }: FolderInfo) => [...path, { id: entry.id, name: entry.name }]

const isShared = (info: FolderInfo): boolean => wayTo(info)[0]?.id !== info.space.root

/** From the outermost place down to the open folder; the root of the own space is called Files. */
export const crumbsOf = (info: FolderInfo | null, me: string | undefined): Crumb[] => {
  if (!info) return []
  if (isShared(info)) return [{ id: null, name: msg('Shared with me') }, ...wayTo(info)]
  const isOwn = info.space.owner?.id === me
  return wayTo(info).map(crumb =>
    isOwn && crumb.id === info.space.root ? { ...crumb, name: msg('Files') } : crumb,
  )
}

/** The folder under the name that people know it by. */
export const targetOf = (info: FolderInfo, me: string | undefined): DropTarget => ({
  id: info.entry.id,
  name: crumbsOf(info, me).at(-1)?.name ?? info.entry.name,
})

export const openFolderOf = (info: FolderInfo, me: string | undefined): OpenFolder => ({
  ...targetOf(info, me),
  level: info.level,
  space: info.space.id,
  isShared: isShared(info),
})

/** The folder as an entry, under that name, and the way to it. */
export type ShownPlace = { crumbs: readonly Crumb[]; here: Entry | null }

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
    this.#place = { crumbs, here: info && { ...info.entry, ...targetOf(info, me) } }
    return this.#place
  }

  tell(host: HTMLElement, info: FolderInfo | null, me: string | undefined, isGone: boolean): void {
    const shown = isGone ? null : info && openFolderOf(info, me)
    const key = isGone ? 'gone' : shown && JSON.stringify(shown)
    if (key === this.#told) return
    this.#told = key
    const gone = msg('This folder is not here')
    if (isGone) announce(host, gone)
    titleOpen(isGone ? gone : (shown?.name ?? null))
    if (shown) writeSettings({ lastFolder: shown.id })
    request(host, 'wherry-folder-shown', shown)
  }
}
