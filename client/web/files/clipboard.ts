import type { Entry } from '../../../protocol/values.ts'
import type { DropTarget } from './drag.ts'

/** Entries that were cut or copied in this page, waiting for Paste; it survives going to another folder. */
export class Clipboard {
  mode: 'cut' | 'copy' = 'copy'
  entries: readonly Entry[] = []
  /** The folder that they were in. */
  from: DropTarget | null = null

  get isEmpty(): boolean {
    return this.entries.length === 0
  }

  take(mode: 'cut' | 'copy', entries: readonly Entry[], from: DropTarget): void {
    this.mode = mode
    this.entries = entries
    this.from = from
  }

  clear(): void {
    this.entries = []
  }
}
