import type { Level } from '../../../protocol/levels.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { Reading } from '../uploads/chosen-files.ts'

/** The folder on the screen, where uploads go. `isShared`: it is reached from what others shared, not from a space. */
export type OpenFolder = { id: string; name: string; level: Level; space: string; isShared: boolean }

/** What pages ask of the parts around them, as events that bubble to <wherry-app>. */
export type Requests = {
  /** A folder is on the screen, or none any more. */
  'wherry-folder-shown': OpenFolder | null
  /** These uploads of the hub are in the tray now. */
  'wherry-uploads-shown': ReadonlySet<string>
  /** What is used of a space may be different now, in folders that are not on the screen too. */
  'wherry-usage-changed': null
  /** Who may see or change something is different now. */
  'wherry-access-edited': null
  /** Choose files, or a whole folder, and upload them here. */
  'wherry-upload-request': { folder: OpenFolder; kind: 'files' | 'folder' }
  /** What was dropped is being read: shown when it takes long, and lost when the page is left. */
  'wherry-reading': Reading
  /** Show what is in this file; `siblings` answers the files around it as they are now, in the order of the list. */
  'wherry-preview-request': { entry: Entry; siblings: () => readonly Entry[] }
  /** Save these. Who can do better than a plain download prevents the default. */
  'wherry-download-request': { entries: readonly Entry[] }
  /** Move the focus to the search field. */
  'wherry-search-request': null
  /** Run a command of the folder page: `newFolder`. */
  'wherry-command': string
}

declare global {
  interface HTMLElementEventMap extends RequestEvents {}
}
type RequestEvents = { [N in keyof Requests]: CustomEvent<Requests[N]> }

/** Fires a request; false if somebody took it over with preventDefault(). */
export const request = <N extends keyof Requests>(host: HTMLElement, name: N, detail: Requests[N]): boolean =>
  host.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }))
