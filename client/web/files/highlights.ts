import { msg, str } from '@lit/localize'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { Entry } from '../../../protocol/values.ts'

const highlightMs = 2_600

/** Rows that just came or changed, with who did it; each for some seconds. */
export class Highlights implements ReactiveController {
  /** Entry id to the sentence beside its name. Replaced, never changed in place. */
  shown: ReadonlyMap<string, string> = new Map()
  readonly #host: ReactiveControllerHost
  readonly #timers = new Set<number>()

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  add(entries: readonly Entry[], me: string | undefined, isNew: (entry: Entry) => boolean): void {
    const next = new Map(this.shown)
    for (const entry of entries) next.set(entry.id, sentence(entry, me, isNew(entry)))
    this.#set(next)
    const timer = window.setTimeout(() => {
      this.#timers.delete(timer)
      const rest = new Map(this.shown)
      for (const entry of entries) if (next.get(entry.id) === rest.get(entry.id)) rest.delete(entry.id)
      this.#set(rest)
    }, highlightMs)
    this.#timers.add(timer)
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    if (this.shown.size > 0) this.#set(new Map())
  }

  hostDisconnected(): void {
    this.clear()
  }

  #set(next: ReadonlyMap<string, string>) {
    this.shown = next
    this.#host.requestUpdate()
  }
}

const sentence = (entry: Entry, me: string | undefined, isNew: boolean): string => {
  if (!entry.by || entry.by.id === me) return isNew ? msg('Added') : msg('Updated')
  return isNew ? msg(str`${entry.by.name} added`) : msg(str`${entry.by.name} updated`)
}
