import { msg, str } from '@lit/localize'
import type { LitElement } from 'lit'
import type { Entry, Person } from '../../../protocol/values.ts'
import type { FolderChange, LiveFolder } from '../../core/api.ts'
import { formatCount } from '../text/format.ts'
import { plainName } from '../text/plain-name.ts'
import { Highlights } from './highlights.ts'
import { LiveVoice } from './live-voice.ts'
import { NameFilter } from './name-filter.ts'
import { arrangeRows, ghostsOf, type ListOrder, type Row } from './rows.ts'
import { indexOf } from './selection.ts'

/** What the list shows of a folder. */
export type Shown = {
  folder: LiveFolder | null
  order: ListOrder
  filter: string
  /** The uploads in the tray of this page. */
  ownUploads: ReadonlySet<string>
}

/** The rows of a live folder for the list; changes are highlighted for some seconds, and what others did is told to screen readers. */
export class LiveRows {
  /** Replaced, never changed in place. */
  rows: readonly Row[] = []
  /** Names what the rows show: with another one, they are other rows and not these after a change. */
  key = ''
  readonly #host: LitElement
  readonly #highlights: Highlights
  readonly #voice: LiveVoice
  readonly #me: () => string | undefined
  readonly #filter = new NameFilter()
  #folder: LiveFolder | null = null
  #waiting: (() => void)[] = []

  constructor(host: LitElement, me: () => string | undefined) {
    this.#host = host
    this.#me = me
    this.#highlights = new Highlights(host)
    this.#voice = new LiveVoice(host)
  }

  /** Entry id to what just happened to it. */
  get news(): ReadonlyMap<string, string> {
    return this.#highlights.shown
  }

  clearNews(): void {
    this.#highlights.clear()
    this.#voice.clear()
  }

  /**
   * Brings the rows up to date; `replaced` is called when they are. At once, unless a very long folder is filtered: then
   * the rows of before stay until the new ones are found, and no frame waits for them.
   */
  build({ folder, order, filter, ownUploads }: Shown, replaced: () => void = () => {}): void {
    this.#folder = folder
    const searched = folder?.entries ?? []
    const show = (found: readonly Entry[]) => {
      // Others are looked for meanwhile.
      if (folder !== this.#folder) return
      const isOld = folder && folder.entries !== searched
      const entries = isOld ? found.filter(({ id }) => folder.get(id)) : found
      const ghosts = folder ? ghostsOf(folder, ownUploads) : []
      const uploads = ghosts.filter(({ name }) => this.#filter.matches(name))
      this.rows = arrangeRows(entries, uploads, order)
      this.key = `${folder?.folder} ${filter} ${order.by} ${order.descending}`
      for (const tell of this.#waiting.splice(0)) tell()
      this.#host.requestUpdate()
    }
    this.#waiting.push(replaced)
    this.#filter.run(searched, filter, show)
  }

  apply(change: FolderChange, shown: Shown, replaced: () => void): void {
    const before = this.rows
    this.build(shown, replaced)
    if (!change.live || !shown.folder) return
    const { folder } = shown
    const here = change.put.filter(entry => folder.get(entry.id))
    const added = new Set(change.added)
    if (here.length > 0) this.#highlights.add(here, this.#me(), entry => added.has(entry.id))
    this.#announce(here, added)
    this.#announceRemoved(change, before)
  }

  /** What this user did is told where it was done. */
  #isOwn(by: Person | null | undefined) {
    return by != null && by.id === this.#me()
  }

  #announce(here: readonly Entry[], added: ReadonlySet<string>) {
    for (const { id, name, by } of here) {
      const sentence = `${this.news.get(id)}: ${plainName(name)}`
      if (!this.#isOwn(by)) this.#voice.tell(id, { what: added.has(id) ? 'added' : 'changed', sentence })
    }
  }

  #announceRemoved({ removed, removers }: FolderChange, before: readonly Row[]) {
    const [only = null] = removed.length === 1 ? removed : []
    const name = before[indexOf(before, only)]?.name
    const sentence = msg(str`${name === undefined ? formatCount(1) : plainName(name)} removed`)
    for (const id of removed) {
      if (!this.#isOwn(removers.get(id))) this.#voice.tell(id, { what: 'removed', sentence })
    }
  }
}
