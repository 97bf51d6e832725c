import type { Entry } from '../../../protocol/values.ts'
import { isGhost, type Row } from './rows.ts'

/** The selected entries in the order of the list; found again only when other rows or other ids may have changed them. */
export class SelectedEntries {
  #rows: readonly Row[] = []
  #ids: ReadonlySet<string> = new Set()
  #found: Entry[] = []

  of(rows: readonly Row[], ids: ReadonlySet<string>): Entry[] {
    if (rows === this.#rows && ids === this.#ids) return this.#found
    this.#rows = rows
    this.#ids = ids
    this.#found = []
    if (ids.size > 0) for (const row of rows) if (!isGhost(row) && ids.has(row.id)) this.#found.push(row)
    return this.#found
  }

  /** The rows were replaced by a change of these ids: if none of them is selected, all that was found still holds. */
  replaced(rows: readonly Row[], changed: Iterable<string>): void {
    for (const id of changed) if (this.#ids.has(id)) return
    this.#rows = rows
  }
}
