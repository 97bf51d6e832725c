import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { ConnectionState, HubClient, Stop } from '../../core/api.ts'

/** Renders its host anew whenever the state of the connection changes, or comes into doubt. */
export class Connection implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #client: () => HubClient | undefined
  #stops: (Stop | undefined)[] = []

  constructor(host: ReactiveControllerHost, client: () => HubClient | undefined) {
    this.#host = host
    this.#client = client
    host.addController(this)
  }

  get state(): ConnectionState {
    return this.#client()?.state ?? 'connecting'
  }

  hostConnected(): void {
    const update = () => this.#host.requestUpdate()
    const client = this.#client()
    this.#stops = [client?.onState(update), client?.onDoubt(update)]
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop?.()
  }
}
