import { msg, str } from '@lit/localize'
import type { LitElement } from 'lit'
import type { Entry } from '../../../protocol/values.ts'
import type { FolderChange, LiveFolder } from '../../core/api.ts'
import { formatCount } from '../text/format.ts'
import { announce } from '../ui/say.ts'
import { Highlights } from './highlights.ts'
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

/** The rows of a live folder for the list; changes are highlighted for some seconds and told to screen readers. */
export class LiveRows {
  /** Replaced, never changed in place. */
  rows: readonly Row[] = []
  /** Names what the rows show: with another one, they are other rows and not these after a change. */
  key = ''
  readonly #host: LitElement
  readonly #highlights: Highlights
  readonly #me: () => string | undefined
  readonly #filter = new NameFilter()
  #waiting: (() => void)[] = []

  constructor(host: LitElement, me: () => string | undefined) {
    this.#host = host
    this.#me = me
    this.#highlights = new Highlights(host)
  }

  /** Entry id to what just happened to it. */
  get news(): ReadonlyMap<string, string> {
    return this.#highlights.shown
  }

  clearNews(): void {
    this.#highlights.clear()
  }

  /**
   * Brings the rows up to date; `replaced` is called when they are. At once, unless a very long folder is filtered: then
   * the rows of before stay until the new ones are found, and no frame waits for them.
   */
  build({ folder, order, filter, ownUploads }: Shown, replaced: () => void = () => {}): void {
    const show = (entries: readonly Entry[]) => {
      const ghosts = folder ? ghostsOf(folder, ownUploads) : []
      const uploads = ghosts.filter(({ name }) => this.#filter.matches(name))
      this.rows = arrangeRows(entries, uploads, order)
      this.key = `${folder?.folder} ${filter} ${order.by} ${order.descending}`
      for (const tell of this.#waiting.splice(0)) tell()
      this.#host.requestUpdate()
    }
    this.#waiting.push(replaced)
    this.#filter.run(folder?.entries ?? [], filter, show)
  }

  apply(change: FolderChange, shown: Shown, replaced: () => void): void {
    const [only = null] = change.removed.length === 1 ? change.removed : []
    const gone = this.rows[indexOf(this.rows, only)]?.name
    this.build(shown, replaced)
    if (!change.live || !shown.folder) return
    const { folder } = shown
    const here = change.put.filter(entry => folder.get(entry.id))
    const added = new Set(change.added)
    if (here.length > 0) this.#highlights.add(here, this.#me(), entry => added.has(entry.id))
    this.#announce(here, added, change.removed.length, gone)
  }

  /** `gone`: the name of what was removed, if that was one alone. */
  #announce(here: readonly Entry[], added: ReadonlySet<string>, removed: number, gone: string | undefined) {
    const [first] = here
    if (first && here.length === 1) announce(this.#host, `${this.news.get(first.id)}: ${first.name}`)
    else {
      const fresh = here.filter(({ id }) => added.has(id)).length
      const changes: string[] = []
      if (fresh > 0) changes.push(msg(str`${formatCount(fresh)} added`))
      if (here.length > fresh) changes.push(msg(str`${formatCount(here.length - fresh)} changed`))
      if (removed > 0) changes.push(msg(str`${gone ?? formatCount(removed)} removed`))
      if (changes.length > 0) announce(this.#host, changes.join(', '))
    }
  }
}
