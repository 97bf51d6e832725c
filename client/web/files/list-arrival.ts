import type { LitElement } from 'lit'
import type { EntryList } from './entry-list.ts'
import type { Row } from './rows.ts'
import { indexOf } from './selection.ts'

/** What is on the screen of a folder that was just opened. */
export type Arrived = {
  list: EntryList | null
  /** What stands there in place of a list. */
  substitute: LitElement | null
  rows: readonly Row[]
  /** All of its rows have come. */
  isWhole: boolean
}

/** Puts the list of a folder that is opened where it belongs, as soon as that is on the screen: its scroll, and the focus. */
export class ListArrival {
  #top = 0
  /** The file of the address. */
  #toReveal: string | null = null
  /** The focus was in the folder of before: it belongs to the next one. */
  #hadFocus = false
  /** Of the list without a filter. */
  #wholeTop = 0

  begin(top: number, toReveal: string | null, hadFocus: boolean): void {
    this.#top = top
    this.#toReveal = toReveal
    this.#hadFocus ||= hadFocus
  }

  /** What had the focus is gone: it belongs to what stands there now. */
  follow(): void {
    this.#hadFocus = true
  }

  /** Another filter is seen from its first match; without one the list is again where it was before. To be called before the list is rendered. */
  filtered(list: EntryList | null, before: string | undefined, now: string): void {
    if (!list || before === undefined || before === now) return
    if (before === '') this.#wholeTop = list.offset
    const top = now === '' ? this.#wholeTop : 0
    void list.updateComplete.then(() => {
      list.offset = top
    })
  }

  /** After each rendering. */
  settle({ list, substitute, rows, isWhole }: Arrived): void {
    if (list && rows.length > 0) {
      this.#scroll(list, isWhole)
      this.#reveal(list, rows)
    }
    this.#focus(list ?? substitute)
  }

  #scroll(list: EntryList, isWhole: boolean) {
    if (this.#top === 0 || !list.hasUpdated) return
    list.offset = this.#top
    if (list.offset >= this.#top - 1 || isWhole) this.#top = 0
  }

  #reveal(list: EntryList, rows: readonly Row[]) {
    const index = indexOf(rows, this.#toReveal)
    if (index < 0) return
    this.#toReveal = null
    // It has no height before.
    void list.updateComplete.then(() => list.reveal(index))
  }

  #focus(next: LitElement | null) {
    if (!this.#hadFocus || !next) return
    this.#hadFocus = false
    // What stands for an empty folder may not be loaded yet.
    void customElements.whenDefined(next.localName).then(async () => {
      await next.updateComplete
      if (document.activeElement === document.body) next.focus()
    })
  }
}
