import { nameKey } from '../../../protocol/names.ts'
import type { Entry } from '../../../protocol/values.ts'

/** Longer than this no frame is held up; what is left waits for the next task. */
const sliceMs = 8
/** The clock is looked at after so many names. */
const stride = 2_000

/**
 * The entries whose names contain what is looked for, without case; one search at a time. A newer one ends the older, but
 * for the same word it waits: where others change a long folder all the time, no search would come to its end.
 */
export class NameFilter {
  #wanted = ''
  #source: readonly Entry[] = []
  #kept: readonly Entry[] = []
  #isDone = true
  #run = 0
  #next: (() => void) | null = null

  matches(name: string): boolean {
    return nameKey(name).includes(this.#wanted)
  }

  /** Calls `found` when all are found: before it returns, where that is quick. */
  run(entries: readonly Entry[], filter: string, found: (entries: readonly Entry[]) => void): void {
    const wanted = nameKey(filter.trim())
    this.#next = null
    if (!this.#isDone && wanted === this.#wanted) {
      this.#next = () => this.run(entries, filter, found)
      return
    }
    // A longer word is looked for only in what the shorter one has left.
    const isNarrower = this.#isDone && entries === this.#source && wanted.includes(this.#wanted)
    const pool = isNarrower ? this.#kept : entries
    this.#wanted = wanted
    this.#source = entries
    const run = ++this.#run
    const finish = (kept: readonly Entry[]) => {
      this.#kept = kept
      this.#isDone = true
      found(kept)
      this.#next?.()
    }
    if (wanted === '') {
      finish(entries)
      return
    }
    this.#isDone = false
    const kept: Entry[] = []
    let at = 0
    const search = () => {
      if (run !== this.#run) return
      const until = performance.now() + sliceMs
      while (at < pool.length && performance.now() < until) {
        for (const entry of pool.slice(at, at + stride)) if (this.matches(entry.name)) kept.push(entry)
        at += stride
      }
      if (at < pool.length) setTimeout(search)
      else finish(kept)
    }
    search()
  }
}
