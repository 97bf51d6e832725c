import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { isReason } from '../../../protocol/errors.ts'
import type { EventParams } from '../../../protocol/table.ts'
import type { Change, Entry } from '../../../protocol/values.ts'
import type { HubClient, Stop } from '../../core/api.ts'
import { holdWatch } from '../../core/folder/folder-watches.ts'

const idOf = (change: Change): string => (change.kind === 'put' ? change.entry.id : change.id)

/** One file as the hub has it now, wherever it goes. Of one whose folder may not be read it hears what concerns rights and names. */
export class FollowedFile implements ReactiveController {
  entry: Entry | null = null
  /** Deleted, or not to be seen any more; the entry is as it was. */
  isGone = false
  readonly #host: ReactiveControllerHost
  readonly #client: () => HubClient | undefined
  #stops: (Stop | undefined)[] = []
  /** The folder that is watched, and what ends that. */
  #folder: string | null = null
  #unwatch: Stop | undefined
  #asked = 0

  constructor(host: ReactiveControllerHost, client: () => HubClient | undefined) {
    this.#host = host
    this.#client = client
    host.addController(this)
  }

  hostConnected(): void {
    const client = this.#client()
    this.#stops = [
      client?.onState(() => this.#startOver()),
      client?.on('access.changed', () => this.#startOver()),
      client?.on('folder.changed', event => this.#folderChanged(event)),
    ]
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop?.()
    this.#leaveFolder()
  }

  /** Another one, or none. */
  follow(entry: Entry | null): void {
    this.#asked++
    this.entry = entry
    this.isGone = false
    this.#host.requestUpdate()
    void this.#watch()
  }

  /** The hub may have ended the watch. */
  #startOver() {
    this.#leaveFolder()
    void this.#ask()
  }

  #leaveFolder() {
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#folder = null
  }

  /** It may be in another folder than the page beneath. */
  async #watch() {
    const client = this.#client()
    const folder = this.entry?.folder ?? null
    if (folder === this.#folder || client?.state !== 'live') return
    this.#leaveFolder()
    this.#folder = folder
    if (folder === null) return
    this.#unwatch = holdWatch(client, folder)
    try {
      await client.call('folder.watch', { folder })
      // Something may have happened before the watch.
      if (this.#folder === folder) await this.#ask()
    } catch (error) {
      if (!isReason(error)) throw error
    }
  }

  #folderChanged({ folder, changes }: EventParams<'folder.changed'>) {
    const { entry } = this
    if (folder !== entry?.folder) return
    if (changes.some(change => idOf(change) === entry.id)) void this.#ask()
    // There are others around it now.
    this.#host.requestUpdate()
  }

  async #ask() {
    const client = this.#client()
    if (!this.entry || client?.state !== 'live') return
    const asked = ++this.#asked
    try {
      const { entry } = await client.call('entry.get', { entry: this.entry.id })
      if (asked === this.#asked) this.follow(entry)
    } catch (error) {
      if (asked !== this.#asked || !isReason(error, 'not_found', 'forbidden')) return
      this.isGone = true
      this.#host.requestUpdate()
    }
  }
}
