import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { request } from '../app/requests.ts'
import { type Chosen, readTransfer } from '../uploads/chosen-files.ts'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** Files dropped or pasted anywhere on a page belong to its host while it is shown; uploads do not see them. */
export class PageDrop implements ReactiveController {
  /** Something is held over the page. */
  isOver = false
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #take: (chosen: Chosen) => void
  /** Entering a child comes before leaving its parent. */
  #depth = 0

  constructor(host: ReactiveControllerHost & HTMLElement, take: (chosen: Chosen) => void) {
    this.#host = host
    this.#take = take
    host.addController(this)
  }

  hostConnected(): void {
    for (const type of ['dragenter', 'dragleave', 'dragover', 'drop'] as const)
      window.addEventListener(type, this.#dragged, { capture: true })
    window.addEventListener('paste', this.#pasted, { capture: true })
  }

  hostDisconnected(): void {
    for (const type of ['dragenter', 'dragleave', 'dragover', 'drop'] as const)
      window.removeEventListener(type, this.#dragged, { capture: true })
    window.removeEventListener('paste', this.#pasted, { capture: true })
  }

  #dragged = (event: DragEvent) => {
    const { dataTransfer, type } = event
    if (!hasFiles(event) || !dataTransfer) return
    // Before the drop zone of uploads, which listens on the window too.
    event.stopImmediatePropagation()
    if (type !== 'dragleave') event.preventDefault()
    if (type === 'dragover') dataTransfer.dropEffect = 'copy'
    else if (type === 'dragenter') this.#count(this.#depth + 1)
    else if (type === 'dragleave') this.#count(this.#depth - 1)
    else {
      this.#count(0)
      this.#read(dataTransfer)
    }
  }

  #read(transfer: DataTransfer) {
    const reading = readTransfer(transfer)
    request(this.#host, 'wherry-reading', reading)
    void reading.chosen.then(this.#take)
  }

  #count(depth: number) {
    this.#depth = Math.max(0, depth)
    const isOver = this.#depth > 0
    if (isOver === this.isOver) return
    this.isOver = isOver
    this.#host.requestUpdate()
  }

  #pasted = (event: ClipboardEvent) => {
    const { clipboardData } = event
    if (!clipboardData || clipboardData.files.length === 0) return
    event.preventDefault()
    event.stopImmediatePropagation()
    this.#read(clipboardData)
  }
}
