import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { Result } from '../../../protocol/table.ts'
import type { Space } from '../../../protocol/values.ts'
import type { HubClient, Stop } from '../../core/api.ts'

/** Changes in a folder also change what is used of the quota; asked again at most this often. */
const refreshMs = 4_000

/** The spaces and shared entries of the signed-in user, kept fresh. */
export class Spaces implements ReactiveController {
  all: readonly Space[] = []
  shared: Result<'space.list'>['shared'] = []
  /** False until the first answer. */
  isLoaded = false
  readonly #host: ReactiveControllerHost
  readonly #client: () => HubClient
  #stops: Stop[] = []
  #timer = 0

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
      client.on('access.changed', () => this.#load()),
      client.on('folder.changed', () => this.#later()),
    ]
    this.#load()
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop()
    clearTimeout(this.#timer)
    this.#timer = 0
  }

  #later() {
    if (this.#timer !== 0) return
    this.#timer = window.setTimeout(() => {
      this.#timer = 0
      this.#load()
    }, refreshMs)
  }

  async #load() {
    if (this.#client().state !== 'live') return
    try {
      const { spaces, shared } = await this.#client().call('space.list', {})
      this.all = spaces
      this.shared = shared
      this.isLoaded = true
      this.#host.requestUpdate()
    } catch {
      // The next state or change asks again.
    }
  }
}
