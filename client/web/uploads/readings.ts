import { msg } from '@lit/localize'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { announce } from '../ui/say.ts'
import type { Reading } from './chosen-files.ts'

/** Reading what was dropped is told of when it takes longer than this, and as often. */
const shownMs = 500

/** What was dropped on any page and is read now. */
export class Readings implements ReactiveController {
  /** Files read so far; null while that is not worth telling. */
  fileCount: number | null = null
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #running = new Set<Reading>()

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    window.addEventListener('wherry-reading', this.#asked as EventListener)
  }

  hostDisconnected(): void {
    window.removeEventListener('wherry-reading', this.#asked as EventListener)
  }

  get isBusy(): boolean {
    return this.#running.size > 0
  }

  async watch(reading: Reading): Promise<void> {
    this.#running.add(reading)
    const tick = setInterval(() => this.#count(), shownMs)
    try {
      await reading.chosen
    } finally {
      clearInterval(tick)
      this.#running.delete(reading)
      if (!this.isBusy) this.#show(null)
    }
  }

  #asked = (event: CustomEvent<Reading>) => void this.watch(event.detail)

  #count() {
    if (this.fileCount === null) announce(this.#host, msg('Reading what was dropped'))
    this.#show([...this.#running].reduce((sum, { fileCount }) => sum + fileCount, 0))
  }

  #show(fileCount: number | null) {
    this.fileCount = fileCount
    this.#host.requestUpdate()
  }
}
