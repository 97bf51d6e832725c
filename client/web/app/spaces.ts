import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { Result } from '../../../protocol/table.ts'
import type { Space } from '../../../protocol/values.ts'
import type { HubClient, Stop } from '../../core/api.ts'

/** What is used of the own quota is asked again so soon after a change, and at most this often. */
const soonMs = 100
const everyMs = 1_000
/** Changes in spaces of others show in no quota bar. */
const elsewhereMs = 4_000

/** The spaces and shared entries of the signed-in user, kept fresh. */
export class Spaces implements ReactiveController {
  all: readonly Space[] = []
  shared: Result<'space.list'>['shared'] = []
  /** There is more than was listed. */
  hasMore = false
  /** False until the first answer. */
  isLoaded = false
  /** The space of the folder on the screen. */
  open: string | null = null
  readonly #host: ReactiveControllerHost
  readonly #client: () => HubClient
  #stops: Stop[] = []
  #timer = 0
  /** When the timer rings, and when it rang last, in milliseconds since the page began. */
  #due = Number.POSITIVE_INFINITY
  #askedAt = Number.NEGATIVE_INFINITY
  #question = 0
  #answered = 0

  constructor(host: ReactiveControllerHost, client: () => HubClient) {
    this.#host = host
    this.#client = client
    host.addController(this)
  }

  /** The personal space. */
  get own(): Space | undefined {
    return this.all.find(space => space.kind === 'personal' && space.owner?.id === this.#client().user?.id)
  }

  hostConnected(): void {
    const client = this.#client()
    this.#stops = [
      client.onState(() => this.#load()),
      client.on('access.changed', () => this.refresh()),
      client.on('folder.changed', () => this.#changed()),
    ]
    this.#load()
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop()
    clearTimeout(this.#timer)
    this.#due = Number.POSITIVE_INFINITY
  }

  /** Something of the own space may be different now: asks soon. */
  refresh(): void {
    this.#within(Math.max(soonMs, this.#askedAt + everyMs - performance.now()))
  }

  #changed() {
    if (this.open === this.own?.id) this.refresh()
    else this.#within(elsewhereMs)
  }

  #within(ms: number) {
    const due = performance.now() + ms
    if (due >= this.#due) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = window.setTimeout(() => this.#load(), ms)
  }

  async #load() {
    clearTimeout(this.#timer)
    this.#due = Number.POSITIVE_INFINITY
    if (this.#client().state !== 'live') return
    this.#askedAt = performance.now()
    const question = ++this.#question
    try {
      const { spaces, shared, more } = await this.#client().call('space.list', {})
      // Answers may overtake each other.
      if (question < this.#answered) return
      this.#answered = question
      this.all = spaces
      this.shared = shared
      this.hasMore = more === true
      this.isLoaded = true
      this.#host.requestUpdate()
    } catch {
      // The next state or change asks again.
    }
  }
}
