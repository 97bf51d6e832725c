import type { Reason } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { UploadItem, UploadTotals } from '../../core/api.ts'

/** A file that somebody dropped or chose. `handle`, of it or of the outermost folder of `path`: opens it after a reload. */
export type ChosenFile = { file: File; handle: FileSystemHandle | null; path: string[] }

export type ClashChoice = 'keepBoth' | 'replace' | 'skip'

/** What the page asks of the upload worker. */
export type ToWorker =
  | { kind: 'start'; url: string; agent: string; user: string }
  | { kind: 'add'; folder: string; files: ChosenFile[] }
  | { kind: 'makeFolders'; folder: string; paths: string[][] }
  | { kind: 'pause' | 'resume' | 'cancel' | 'retry'; ids?: string[] }
  | { kind: 'resolveClash'; ids: string[]; choice: ClashChoice }
  | { kind: 'attach'; id: string; file: File }
  /** The person allowed remembered files to be read again. */
  | { kind: 'unlocked' }
  | { kind: 'save'; id: string; entry: Entry; handle: FileSystemFileHandle }
  | { kind: 'dropSave'; id: string }
  | { kind: 'network'; online: boolean }

/** `isFinal`: no other try can succeed. */
type ShownError = { reason: Reason; message: string; isFinal: boolean }

/** An item as the page shows it: errors lose their class on the way between threads. */
export type ShownUpload = Omit<UploadItem, 'error'> & { error: ShownError | null }

/** A download into a file that the person chose. */
export type ShownSave = {
  id: string
  name: string
  size: number
  receivedBytes: number
  state: 'running' | 'done' | 'failed'
  message: string | null
}

/** What the worker tells the page. */
export type FromWorker =
  /** `returning`: files of an earlier visit that are among the totals, and not yet among the items. */
  | { kind: 'changed'; items: ShownUpload[]; removed: string[]; totals: UploadTotals; returning: number }
  /** These uploads go on by themselves after a reload. */
  | { kind: 'remembered'; ids: string[] }
  /** The files of one `add` are among the items, and remembered as far as they can be. */
  | { kind: 'added' }
  /** Files of an earlier visit that can go on after one click. */
  | { kind: 'locked'; count: number }
  | { kind: 'saving'; save: ShownSave }
  /** Empty folders could not be made. */
  | { kind: 'foldersFailed'; message: string }
