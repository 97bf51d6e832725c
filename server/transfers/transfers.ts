import type { WherryError } from '../../protocol/errors.ts'
import type { CallName, Params, Result } from '../../protocol/table.ts'
import type { TransferProgress } from '../../protocol/values.ts'
import type { CallContext, Connection } from '../context.ts'

/** Tells an announced call that it failed, wherever that happened; after the call succeeded it does nothing. */
export type FailAnnounced = (error: WherryError) => void

/** What one call of the protocol does, for the handlers. */
type TransferCall<N extends CallName> = (context: CallContext, params: Params<N>) => Promise<Result<N>>

/** Uploads and downloads that run: binary frames come in and go out here. */
export type Transfers = {
  /**
   * Makes streams and chunk sizes known before anything is awaited, so that slices which follow in the same socket find
   * them. The dispatcher calls it for every call of a signed-in connection, right after its parameters were parsed, with
   * the very object that the handler will get, and calls what it returns if the call fails before or in its handler.
   */
  announce(connection: Connection, name: CallName, params: object): FailAnnounced
  /**
   * Takes the slices of a binary message, a view that is valid during the call only. Throws `unknown_stream`,
   * `window_overrun` or `invalid_frame`: the caller closes the socket with 1008 and the reason.
   */
  handleBinary(connection: Connection, message: Uint8Array): void
  /** The folder that an upload of this user goes to; null if there is no such upload. Waits for an announced upload.open. */
  uploadFolder(user: string, upload: string): Promise<string | null>
  /** The entry that a download of this connection reads; null if it has no such download. */
  downloadEntry(connection: Connection, download: string): string | null
  /** Uploads that run into a folder, from memory. */
  progressOf(folder: string): TransferProgress[]
  /** Calls the listener with a folder whose progress changed, for every change. Returns its stop function. */
  onProgress(listener: (folder: string) => void): () => void
  /** Rights or sessions changed: stops at once what is no longer allowed. */
  recheck(): Promise<void>
  connectionClosed(connection: Connection): void
  /** No new bytes are taken; resolves when what was received whole is durable or refused. */
  drain(): Promise<void>
  upload: {
    credit: TransferCall<'upload.credit'>
    open: TransferCall<'upload.open'>
    declare: TransferCall<'upload.declare'>
    commit: TransferCall<'upload.commit'>
    resume: TransferCall<'upload.resume'>
    cancel: TransferCall<'upload.cancel'>
    putMany: TransferCall<'upload.putMany'>
  }
  download: {
    open: TransferCall<'download.open'>
    chunks: TransferCall<'download.chunks'>
    read: TransferCall<'download.read'>
    close: TransferCall<'download.close'>
  }
}
