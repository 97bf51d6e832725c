import { WherryError } from '../../protocol/errors.ts'
import { decodeSlices } from '../../protocol/frames.ts'
import { includesLevel } from '../../protocol/levels.ts'
import { limits } from '../../protocol/limits.ts'
import type { CallName, Params } from '../../protocol/table.ts'
import type { TransferProgress } from '../../protocol/values.ts'
import { asUser, type Connection } from '../connection.ts'
import { foldersBelow } from '../folders-below.ts'
import { inSlices } from '../slices.ts'
import { type Batches, createBatches } from './batches.ts'
import { creditBudget, stillMs } from './credit.ts'
import { createDownloads, type Downloads } from './downloads.ts'
import { createLane, type Lane } from './lane.ts'
import { createProgress } from './progress.ts'
import { type FailAnnounced, type TransferParts, uploadParts } from './transfer-parts.ts'
import { createUploadStreams, type UploadStreams } from './upload-streams.ts'

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
  /** Rights changed on and below these entries: stops uploads that are no longer allowed. Downloads ask before each slice. */
  recheck(tops: readonly string[]): Promise<void>
  connectionClosed(connection: Connection): void
  /** No new bytes are taken; resolves when what was received whole is durable or refused. */
  drain(): Promise<void>
  /** Answers upload.credit. */
  askCredit(connection: Connection, bytes: number): number
  /** For the handlers of uploads: what an announced call does with its stream. */
  uploads: Pick<UploadStreams, 'opened' | 'learn' | 'begun' | 'declare'> & {
    /** Resolves when all that arrived whole is stored; answers the file's first bytes where they came by this stream. */
    settled(user: string, upload: string): Promise<Uint8Array | null>
    /** A connection that is still there has it on a stream. */
    isBound(user: string, upload: string): boolean
    /** Committed or cancelled: slices that still come are refused. */
    ended(user: string, upload: string, error: WherryError): void
  }
  batches: Pick<Batches, 'receive'>
  downloads: Pick<Downloads, 'open' | 'get' | 'close' | 'send'>
}

/** Credit or a send buffer that does not move for so long, while others wait, ends its connection. */
const creditStallMs = 60_000
const readerStallMs = 30_000
const sweepMs = 5000
/** Chunks that are read ahead for downloads, of all connections together. */
const sharedAheadBytes = 64 * limits.chunkMaxBytes

export const createTransfers = (
  parts: TransferParts & { stallMs?: { credit: number; reader: number } },
): Transfers => {
  const { storage, config, clock, levelOf } = parts
  const stallMs = parts.stallMs ?? { credit: creditStallMs, reader: readerStallMs }
  const budget = creditBudget(
    { budgetBytes: config.uploadBudgetBytes, windowBytes: config.windowBytes, stallMs: stallMs.credit },
    clock,
  )
  const lanes = new Map<Connection, Lane>()
  const progress = createProgress(clock)
  const streams = createUploadStreams(uploadParts(parts), progress)
  const batches = createBatches()
  const downloads = createDownloads(parts, {
    aheadBytes: 2 * limits.chunkMaxBytes,
    shared: { bytes: 0, maxBytes: sharedAheadBytes },
    bufferedBytes: Math.min(2 * limits.chunkMaxBytes, config.windowBytes / 2),
    stallMs: stallMs.reader,
  })
  const regularly = setInterval(
    () => {
      budget.endStalled()
      progress.sweep()
    },
    Math.min(sweepMs, stallMs.credit),
  )
  const often = setInterval(budget.moveOn, stillMs)
  for (const timer of [regularly, often]) timer.unref()
  let isDraining = false

  const laneOf = (connection: Connection): Lane => {
    const known = lanes.get(connection)
    if (known) return known
    const lane = createLane(connection, budget, storage.chunks, config.windowBytes + limits.chunkMaxBytes)
    lanes.set(connection, lane)
    return lane
  }

  const announce: Transfers['announce'] = (connection, name, params) => {
    const announcer = announcers[name as AnnouncedCall]
    if (!asUser(connection.principal) || !announcer || connection.closed) return () => undefined
    return announcer(connection, params as never)
  }

  const userOf = (connection: Connection) => {
    const user = asUser(connection.principal)
    if (!user) throw new WherryError('unauthenticated')
    return user
  }

  const announcers: { [N in AnnouncedCall]: (connection: Connection, params: Params<N>) => FailAnnounced } = {
    'upload.open': (connection, params) =>
      streams.announceBinding(laneOf(connection), userOf(connection), params, true),
    'upload.resume': (connection, params) =>
      streams.announceBinding(laneOf(connection), userOf(connection), params, false),
    'upload.declare': (connection, params) => streams.announceDeclare(userOf(connection), params),
    'upload.putMany': (connection, params) =>
      batches.announce(laneOf(connection), userOf(connection).user, params),
  }

  const uploadFolder: Transfers['uploadFolder'] = async (user, upload) => {
    const stream = streams.find(user, upload)
    if (stream?.isNew && !stream.opened) await stream.ready
    return stream?.opened?.folder ?? (await storage.uploads.get(user, upload))?.folder ?? null
  }

  const mayWrite = async (user: string, folder: string): Promise<boolean> =>
    includesLevel(await levelOf(user, folder), 'write')

  const whyEnded = async (folder: string): Promise<WherryError> =>
    new WherryError(
      'cancelled',
      (await storage.entries.get(folder)) === null
        ? 'The folder it was going to was deleted.'
        : 'The right to write there was taken back.',
    )

  const runningStreams = (): Running[] =>
    streams.all().flatMap(stream => {
      if (!stream.opened) return []
      const end = (error: WherryError) => {
        if (stream.ended) return
        // Others are told that it is over: it does not go on in a moment.
        progress.update(stream.upload, { state: 'ended' })
        streams.end(stream, error)
      }
      return [{ user: stream.user, folder: stream.opened.folder, end }]
    })

  const runningBatches = (): Running[] =>
    batches.all().map(batch => ({
      user: batch.user,
      folder: batch.folder,
      end: error => batches.end(batch, error),
    }))

  const recheck = async (tops: readonly string[]): Promise<void> => {
    const pause = inSlices()
    const running = [...runningStreams(), ...runningBatches()]
    const folders = [...new Set(running.map(({ folder }) => folder))]
    const concerned = await foldersBelow(storage.entries, tops, folders, pause)
    for (const { user, folder, end } of running) {
      if (concerned.has(folder) && !(await mayWrite(user, folder))) end(await whyEnded(folder))
      await pause()
    }
  }

  return {
    announce,
    handleBinary: (connection, message) => {
      if (isDraining) return
      const lane = laneOf(connection)
      for (const slice of decodeSlices(message)) lane.take(slice)
    },
    uploadFolder,
    downloadEntry: downloads.entryOf,
    progressOf: progress.of,
    onProgress: progress.onChange,
    recheck,
    connectionClosed: connection => {
      const lane = lanes.get(connection)
      lanes.delete(connection)
      if (lane) streams.leave(lane)
      lane?.close()
      downloads.connectionClosed(connection)
    },
    drain: async () => {
      isDraining = true
      clearInterval(regularly)
      clearInterval(often)
      for (const batch of batches.all()) batch.end(new WherryError('closing'))
      await Promise.all(streams.all().map(stream => stream.settled()))
    },
    askCredit: (connection, bytes) => (isDraining ? 0 : laneOf(connection).lease.ask(bytes)),
    uploads: {
      opened: streams.opened,
      learn: streams.learn,
      begun: streams.begun,
      declare: streams.declare,
      settled: async (user, upload) => {
        const stream = streams.find(user, upload)
        await stream?.settled()
        return stream?.head ?? null
      },
      isBound: (user, upload) => streams.find(user, upload)?.lane.connection.closed === false,
      ended: (user, upload, error) => {
        progress.update(upload, { state: 'ended' })
        streams.forgetBegun(user, upload)
        const stream = streams.find(user, upload)
        if (stream) streams.end(stream, error)
      },
    },
    batches,
    downloads,
  }
}

/** An upload, or some hundreds of small ones, as far as rights are concerned. */
type Running = { user: string; folder: string; end(error: WherryError): void }

type AnnouncedCall = 'upload.open' | 'upload.resume' | 'upload.declare' | 'upload.putMany'
