import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { ConnectionState, HubClient, Stop } from '../../core/api.ts'

/** Renders its host anew whenever the state of the connection changes. */
export class Connection implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #client: () => HubClient | undefined
  #stop: Stop | null = null

  constructor(host: ReactiveControllerHost, client: () => HubClient | undefined) {
    this.#host = host
    this.#client = client
    host.addController(this)
  }

  get state(): ConnectionState {
    return this.#client()?.state ?? 'connecting'
  }

  hostConnected(): void {
    this.#stop = this.#client()?.onState(() => this.#host.requestUpdate()) ?? null
  }

  hostDisconnected(): void {
    this.#stop?.()
  }
}
