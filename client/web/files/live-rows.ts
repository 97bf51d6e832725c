import { msg, str } from '@lit/localize'
import type { LitElement } from 'lit'
import type { Entry } from '../../../protocol/values.ts'
import type { FolderChange, LiveFolder } from '../../core/api.ts'
import { announce } from '../ui/say.ts'
import { Highlights } from './highlights.ts'
import { buildRows, isGhost, type ListOrder, type Row } from './rows.ts'

/** The rows of a live folder for the list; changes are highlighted for some seconds and told to screen readers. */
export class LiveRows {
  /** Replaced, never changed in place. */
  rows: readonly Row[] = []
  readonly #host: LitElement
  readonly #highlights: Highlights
  readonly #me: () => string | undefined

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

  build(folder: LiveFolder | null, order: ListOrder, filter: string): void {
    this.rows = folder ? buildRows(folder.entries, folder.uploads, order, filter) : []
  }

  apply(
    { put, removed, live }: FolderChange,
    folder: LiveFolder | null,
    order: ListOrder,
    filter: string,
  ): void {
    const known = live ? knownOf(put, this.rows) : new Set<string>()
    this.build(folder, order, filter)
    if (!live || !folder) return
    const here = put.filter(entry => folder.get(entry.id))
    if (here.length > 0) this.#highlights.add(here, this.#me(), entry => !known.has(entry.id))
    this.#announce(here, removed.length)
  }

  #announce(here: readonly Entry[], removed: number) {
    const [first] = here
    if (first && here.length === 1) announce(this.#host, `${this.news.get(first.id)}: ${first.name}`)
    else if (here.length + removed > 0) {
      announce(this.#host, msg(str`${here.length} changed, ${removed} removed`))
    }
  }
}

/** Which of these entries had a row already. One pass, because folders are long and changes short. */
const knownOf = (put: readonly Entry[], rows: readonly Row[]): Set<string> => {
  const wanted = new Set(put.map(entry => entry.id))
  const known = new Set<string>()
  for (const row of rows) if (!isGhost(row) && wanted.has(row.id)) known.add(row.id)
  return known
}
