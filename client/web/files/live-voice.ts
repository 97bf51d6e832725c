import { msg, str } from '@lit/localize'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { formatCount } from '../text/format.ts'
import { announce } from '../ui/say.ts'

/** What happens together is told in one. */
const gatherMs = 700
/** Between two sentences. */
const pauseMs = 5_000

/** `sentence` is for when nothing else has happened. */
type News = { what: 'added' | 'changed' | 'removed'; sentence: string }

/** What a live region is to say of the changes of a folder: one alone by its name, and of several how many they are. */
export class LiveVoice implements ReactiveController {
  readonly #host: HTMLElement
  /** By the id of the entry. */
  #news = new Map<string, News>()
  #saidAt = Number.NEGATIVE_INFINITY
  #timer: number | undefined

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host
    host.addController(this)
  }

  hostDisconnected(): void {
    this.clear()
  }

  tell(id: string, { what, sentence }: News): void {
    const isNew = what === 'changed' && this.#news.get(id)?.what === 'added'
    this.#news.set(id, { what: isNew ? 'added' : what, sentence })
    if (this.#timer !== undefined) return
    const wait = Math.max(gatherMs, this.#saidAt + pauseMs - performance.now())
    this.#timer = window.setTimeout(() => this.#say(), wait)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#news = new Map()
  }

  #say() {
    const all = [...this.#news.values()]
    this.clear()
    this.#saidAt = performance.now()
    announce(this.#host, all.length === 1 ? (all[0]?.sentence ?? '') : counts(all))
  }
}

const counts = (news: readonly News[]): string => {
  const count = (what: News['what']) => news.filter(one => one.what === what).length
  const [added, changed, removed] = [count('added'), count('changed'), count('removed')]
  const parts: string[] = []
  if (added > 0) parts.push(msg(str`${formatCount(added)} added`))
  if (changed > 0) parts.push(msg(str`${formatCount(changed)} changed`))
  if (removed > 0) parts.push(msg(str`${formatCount(removed)} removed`))
  return parts.join(', ')
}
