import { msg, str } from '@lit/localize'
import { html, nothing } from 'lit'
import type { PeerFile } from '../../core/peer/api.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import { plainName } from '../text/plain-name.ts'
import { icons } from '../ui/icons.ts'

/** Of a long list, so many are shown until all are asked for, and never more than `mostShown`. */
const firstShown = 5
const mostShown = 1000

/** The files of an offer, with their folders and sizes. */
export const offerList = (files: readonly PeerFile[], showsAll: boolean, showAll: () => void) => {
  const shown = files.slice(0, showsAll ? mostShown : firstShown)
  const hidden = files.length - shown.length
  return html`<ul class="offer">
      ${shown.map(row)}
    </ul>
    ${hidden > 0 ? more(hidden, showsAll, showAll) : nothing}`
}

const row = ({ path, kind, size }: PeerFile) => {
  const above = path.slice(0, -1).join('/')
  return html`<li>
    ${kind === 'folder' ? icons.folder : icons.file}
    <span class="name" title=${path.join('/')}>${above ? html`<span class="above"><bdi>${plainName(above)}</bdi>/</span>` : nothing}<bdi>${plainName(path.at(-1) ?? '')}</bdi></span>
    <bdi class="size">${kind === 'folder' ? msg('empty folder') : formatBytes(size)}</bdi>
  </li>`
}

const more = (hidden: number, showsAll: boolean, showAll: () => void) =>
  showsAll
    ? html`<p class="more">${msg(str`and ${formatCount(hidden)} more`)}</p>`
    : html`<button class="quiet more" type="button" @click=${showAll}>${msg(str`Show ${formatCount(hidden)} more`)}</button>`
