import { WherryError } from '../../protocol/errors.ts'
import type { Params } from '../../protocol/table.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import type { UploadRow } from '../../storage/storage.ts'
import type { UserPrincipal } from '../connection.ts'
import { createBegunChunks } from './begun-chunks.ts'
import type { Declaration } from './declared-chunks.ts'
import type { Lane } from './lane.ts'
import type { Progress } from './progress.ts'
import type { FailAnnounced, UploadParts } from './transfer-parts.ts'
import { createUploadStream, type UploadStream } from './upload-stream.ts'

/** The uploads that are bound to streams now: at most one stream for each upload, the newest. */
export type UploadStreams = {
  announceBinding(lane: Lane, principal: UserPrincipal, params: Binding, isNew: boolean): FailAnnounced
  announceDeclare(principal: UserPrincipal, params: Params<'upload.declare'>): FailAnnounced
  /** The announced binding holds. Resolves when an older stream of the upload has settled. */
  opened(params: object, row: UploadRow): Promise<void>
  /** Chunks that were declared before, for the announced resume. */
  learn(
    params: object,
    from: number,
    chunks: readonly (ChunkRef & { stored: boolean })[],
    total: number,
  ): void
  /** Runs an announced declare after those before it and settles its chunks by the answer. */
  declare(params: Params<'upload.declare'>, run: () => Promise<number[]>): Promise<number[]>
  /** What of the upload's chunks arrived in part before; its stream goes on with them. */
  begun(user: string, upload: string): { index: number; hash: string; bytes: number }[]
  find(user: string, upload: string): UploadStream | null
  all(): UploadStream[]
  /** Slices that still come are refused with the error. */
  end(stream: UploadStream, error: WherryError): void
  /** The upload is over: what was begun of it is forgotten. */
  forgetBegun(user: string, upload: string): void
  /**
   * The connection is gone, and ends next: its streams are forgotten as soon as what arrived whole is stored, and what
   * arrived in part is kept.
   */
  leave(lane: Lane): void
}

type Binding = { upload: string; stream: number }

type Announced = {
  stream: UploadStream
  previous: UploadStream | null
  principal: UserPrincipal
  declaration: Declaration | null
  /** Why it was not taken. */
  refused: WherryError | null
  after: Promise<unknown>
}

/** Chunks that one upload may have declared and not sent yet: what they cost in memory is bounded. */
const maxWanted = 65_536

const keyOf = (user: string, upload: string): string => `${user}/${upload}`
const nothing: FailAnnounced = () => undefined

export const createUploadStreams = (parts: UploadParts, progress: Progress): UploadStreams => {
  const newest = new Map<string, UploadStream>()
  const announced = new WeakMap<object, Announced>()
  const begun = createBegunChunks()
  const lastDeclare = new WeakMap<UploadStream, Promise<unknown>>()

  const end = (stream: UploadStream, error: WherryError): void => {
    stream.lane.refuse(stream.stream, stream, error)
    stream.end(error)
    const key = keyOf(stream.user, stream.upload)
    if (newest.get(key) === stream) newest.delete(key)
  }

  const moved = (stream: UploadStream): void => {
    const { opened } = stream
    if (!opened) return
    progress.update(stream.upload, { storedBytes: opened.storedBytes + stream.arrivedBytes })
  }

  const announceBinding: UploadStreams['announceBinding'] = (lane, principal, params, isNew) => {
    const key = keyOf(principal.user, params.upload)
    const previous = newest.get(key) ?? null
    const base = { principal, declaration: null, refused: null, after: Promise.resolve() }
    if (previous && previous.lane === lane && previous.stream === params.stream && !previous.ended) {
      announced.set(params, { ...base, stream: previous, previous: null })
      return nothing
    }
    const binding = { lane, stream: params.stream, user: principal.user, upload: params.upload, isNew }
    const stream = createUploadStream(parts, binding, moved)
    lane.bind(params.stream, stream)
    newest.set(key, stream)
    announced.set(params, { ...base, stream, previous })
    return error => {
      if (stream.opened) return
      end(stream, error)
      if (previous && !previous.ended) newest.set(key, previous)
    }
  }

  const announceDeclare: UploadStreams['announceDeclare'] = (principal, params) => {
    const stream = newest.get(keyOf(principal.user, params.upload))
    if (!stream || stream.ended) return nothing
    const base = { stream, principal, previous: null, after: lastDeclare.get(stream) ?? Promise.resolve() }
    if (stream.wantedChunks + params.chunks.length > maxWanted) {
      const refused = new WherryError('busy', 'Send the chunks that are declared before declaring more.')
      stream.refuseUndeclared(refused)
      announced.set(params, { ...base, declaration: null, refused })
      return nothing
    }
    const declaration = stream.announce(params.from, params.chunks)
    lastDeclare.set(stream, declaration.outcome.promise)
    announced.set(params, { ...base, declaration, refused: null })
    return error => {
      if (!declaration.outcome.settled) stream.failDeclared(declaration, error)
    }
  }

  const opened: UploadStreams['opened'] = async (params, row) => {
    const found = announced.get(params)
    if (!found) return
    const { stream, previous, principal } = found
    stream.open(row)
    progress.set(row.folder, {
      upload: row.id,
      name: row.name,
      size: row.size,
      storedBytes: row.storedBytes,
      by: { id: row.user, name: principal.name },
      state: stream.ended ? 'waiting' : 'running',
    })
    if (!previous) return
    if (!previous.ended) {
      begun.keep(keyOf(row.user, row.id), previous.begun())
      end(previous, new WherryError('cancelled', 'The upload goes on elsewhere.'))
    }
    await previous.settled()
  }

  return {
    announceBinding,
    announceDeclare,
    opened,
    learn: (params, from, chunks, total) => announced.get(params)?.stream.learn(from, chunks, total),
    declare: async (params, run) => {
      const found = announced.get(params)
      if (!found) return run()
      if (found.refused) throw found.refused
      await found.after
      const missing = await run()
      if (found.declaration) {
        found.stream.holdDeclared(found.declaration, missing)
        moved(found.stream)
      }
      return missing
    },
    begun: (user, upload) => {
      const key = keyOf(user, upload)
      const chunks = begun.of(key)
      newest.get(key)?.offerBegun(chunks, index => begun.take(key, index))
      return chunks.map(({ index, hash, bytes }) => ({ index, hash, bytes: bytes.length }))
    },
    forgetBegun: (user, upload) => begun.forget(keyOf(user, upload)),
    find: (user, upload) => newest.get(keyOf(user, upload)) ?? null,
    all: () => [...newest.values()],
    end,
    leave: lane => {
      for (const [key, stream] of newest) {
        if (stream.lane !== lane) continue
        progress.update(stream.upload, { state: 'waiting' })
        begun.keep(key, stream.begun())
        void stream.settled().then(() => {
          if (newest.get(key) === stream) newest.delete(key)
        })
      }
    },
  }
}
