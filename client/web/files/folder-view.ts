import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { isReason } from '../../../protocol/errors.ts'
import type { Result } from '../../../protocol/table.ts'
import type { FolderChange, HubClient, LiveFolder, Stop } from '../../core/api.ts'
import { watchFolder } from '../../core/folder/live-folder.ts'

export type FolderInfo = Result<'entry.get'>

type Callbacks = {
  client(): HubClient
  changed(change: FolderChange): void
  /** The place is a file: its folder is to be shown instead, with the file selected. */
  isFile(info: FolderInfo): void
}

/** The folder on the screen: its live rows, and what the hub says about it. Follows the place that it is given. */
export class FolderView implements ReactiveController {
  live: LiveFolder | null = null
  info: FolderInfo | null = null
  isGone = false
  readonly #host: ReactiveControllerHost
  readonly #callbacks: Callbacks
  #place = ''
  #loads = 0
  #stops: Stop[] = []

  constructor(host: ReactiveControllerHost, callbacks: Callbacks) {
    this.#host = host
    this.#callbacks = callbacks
    host.addController(this)
  }

  hostConnected(): void {
    if (this.#place) this.#start(this.#place)
  }

  hostDisconnected(): void {
    this.#stopAll()
  }

  /** Shows another folder. The rows of the last one are dropped; the frame around them stays. */
  open(place: string): void {
    if (place === this.#place) return
    this.#stopAll()
    this.#place = place
    this.isGone = false
    this.#start(place)
  }

  #start(place: string) {
    const client = this.#callbacks.client()
    const live = watchFolder(client, place)
    this.live = live
    this.#stops = [
      () => live.close(),
      live.onChange(change => {
        this.#callbacks.changed(change)
        if (this.isGone && live.status === 'live') void this.#load(place)
      }),
      client.onState(() => void this.#load(place)),
      client.on('access.changed', () => void this.#load(place)),
      client.on('path.changed', ({ folder }) => {
        if (folder === place) void this.#load(place)
      }),
    ]
    void this.#load(place)
  }

  async #load(place: string) {
    const client = this.#callbacks.client()
    const load = ++this.#loads
    if (client.state !== 'live') return
    try {
      const info = await client.call('entry.get', { entry: place })
      if (load !== this.#loads) return
      if (info.entry.kind === 'file') return this.#callbacks.isFile(info)
      this.info = info
      this.isGone = false
    } catch (error) {
      if (load !== this.#loads) return
      this.isGone = isReason(error, 'not_found', 'forbidden', 'invalid_params')
      if (this.isGone) this.info = null
    }
    this.#host.requestUpdate()
  }

  #stopAll() {
    for (const stop of this.#stops) stop()
    this.#stops = []
    this.live = null
  }
}
