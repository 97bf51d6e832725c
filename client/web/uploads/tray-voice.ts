import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** What the tray says now, and what of it people want to hear of at once. */
export type TrayNews = { text: string; urgent: string; doneFiles: number }

/** What changes together is told in one. */
const gatherMs = 700
/** Between two sentences. */
const pauseMs = 3_000
/** Between two sentences that tell only that more files are through. */
const progressMs = 20_000

/** What a live region is to say of a tray: the start, the end and trouble soon, progress now and then. */
export class TrayVoice implements ReactiveController {
  text = ''
  readonly #host: ReactiveControllerHost
  readonly #news: () => TrayNews
  #said: TrayNews = { text: '', urgent: '', doneFiles: 0 }
  #saidAt = Number.NEGATIVE_INFINITY
  #changedAt: number | null = null
  #timer: number | undefined

  constructor(host: ReactiveControllerHost, news: () => TrayNews) {
    this.#host = host
    this.#news = news
    host.addController(this)
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer)
  }

  hostUpdated(): void {
    const { urgent, doneFiles } = this.#news()
    const isUrgent = urgent !== this.#said.urgent
    clearTimeout(this.#timer)
    if (!isUrgent && doneFiles === this.#said.doneFiles) {
      this.#changedAt = null
      return
    }
    const now = performance.now()
    this.#changedAt ??= now
    const due = Math.max(this.#changedAt + gatherMs, this.#saidAt + (isUrgent ? pauseMs : progressMs))
    this.#timer = window.setTimeout(() => this.#say(), Math.max(0, due - now))
  }

  #say() {
    this.#said = this.#news()
    this.#saidAt = performance.now()
    this.#changedAt = null
    this.text = this.#said.text
    this.#host.requestUpdate()
  }
}
