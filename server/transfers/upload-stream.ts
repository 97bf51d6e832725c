import { WherryError } from '../../protocol/errors.ts'
import type { Slice } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import { copyBytes } from '../../storage/chunks/copy-bytes.ts'
import {
  type Assembly,
  addSlice,
  beginAssembly,
  type Dropping,
  dropAssembly,
  mismatch,
  spentBytes,
} from './assembly.ts'
import type { BegunChunk } from './begun-chunks.ts'
import { type Declaration, declaredChunks, type Wanted } from './declared-chunks.ts'
import { deferred, tally } from './deferred.ts'
import type { Intake, Lane } from './lane.ts'
import { together } from './together.ts'
import type { UploadParts } from './transfer-parts.ts'

/** What an upload is, once upload.open or upload.resume went through. */
export type OpenedUpload = {
  folder: string
  space: string
  name: string
  size: number
  storedBytes: number
}

/** An upload bound to a stream: slices become chunks, chunks become durable, and the client is told. */
export type UploadStream = Intake & {
  readonly lane: Lane
  readonly stream: number
  readonly user: string
  readonly upload: string
  /** Bound by upload.open: before that is answered, storage does not know the upload. */
  readonly isNew: boolean
  /** Null until upload.open or upload.resume went through. */
  readonly opened: OpenedUpload | null
  /** Resolves when it is opened, or ended before that. */
  readonly ready: Promise<void>
  open(upload: OpenedUpload): void
  /** Chunks that are declared and not here. */
  readonly wantedChunks: number
  /** Bytes that became durable by this stream or were found to be, and what it has of chunks that are not. */
  readonly arrivedBytes: number
  readonly ended: WherryError | null
  /** The first bytes of the file where this stream received them. */
  readonly head: Uint8Array | null
  announce(from: number, chunks: readonly ChunkRef[]): Declaration
  holdDeclared(declaration: Declaration, missing: readonly number[]): void
  failDeclared(declaration: Declaration, error: WherryError): void
  /** Chunks that were declared before this stream was bound. */
  learn(from: number, chunks: readonly (ChunkRef & { stored: boolean })[], declaredChunks: number): void
  /** What arrived of chunks that are not whole. */
  begun(): BegunChunk[]
  /** These may be gone on with: `take` hands them over when a slice does. */
  offerBegun(chunks: readonly BegunChunk[], take: (index: number) => BegunChunk | null): void
  /** Slices of chunks that are not declared are refused with this until a declaration holds. */
  refuseUndeclared(error: WherryError): void
  /** Resolves when no declaration is under way and no whole chunk is on its way to the disk. */
  settled(): Promise<void>
}

/** Where chunks take longer than this, the client is told how far they are. */
export const arrivalTellMs = 1000

/** Enough to tell a type by content. */
export const headBytes = 4096

export const createUploadStream = (
  parts: UploadParts,
  binding: { lane: Lane; stream: number; user: string; upload: string; isNew: boolean },
  moved: (stream: UploadStream) => void,
): UploadStream => {
  const { lane, stream, upload } = binding
  const { connection, lease } = lane
  const chunks = declaredChunks()
  const assemblies = new Map<number, Assembly>()
  const ready = deferred<void>()
  let opened: OpenedUpload | null = null
  const work = tally()
  /** Sizes of chunks on their way to the disk: sent again meanwhile, they are not wanted. */
  const storing = new Map<number, number>()
  /** How much of a chunk the client knows to have arrived before. */
  const offered = new Map<number, number>()
  let takeBegun: (index: number) => BegunChunk | null = () => null
  let refusal: WherryError | null = null
  let ended: WherryError | null = null
  let head: Uint8Array | null = null
  let newBytes = 0
  let toldAtMs = parts.clock()

  const refuse = (chunk: number, bytes: number, error: WherryError): void => {
    const credit = lease.giveBack(bytes)
    const { reason, message } = error
    connection.notify('upload.refused', { stream, chunk, reason, message, credit })
  }

  const stored = together(
    limits.declareBatch,
    (group: { index: number; size: number; spentBytes: number }[]) => {
      for (const { index } of group) {
        storing.delete(index)
        chunks.stored(index)
        work.done()
      }
      for (const { size } of group) newBytes += size
      const bytes = group.reduce((sum, chunk) => sum + chunk.spentBytes, 0)
      const indexes = group.map(({ index }) => index)
      connection.notify('upload.stored', { stream, chunks: indexes, credit: lease.giveBack(bytes) })
      toldAtMs = parts.clock()
      moved(self)
    },
  )

  const tellArrived = ({ index, receivedBytes, dropping }: Assembly): void => {
    const nowMs = parts.clock()
    if (dropping || nowMs - toldAtMs < arrivalTellMs) return
    toldAtMs = nowMs
    connection.notify('upload.arrived', { stream, chunk: index, bytes: receivedBytes })
    moved(self)
  }

  const drop = (assembly: Assembly): void => {
    const why = assembly.dropping?.why ?? null
    if (why) refuse(assembly.index, spentBytes(assembly), why)
    else {
      const credit = lease.giveBack(spentBytes(assembly))
      connection.notify('upload.stored', { stream, chunks: [assembly.index], credit })
    }
  }

  /** Never rejects: what failed is told to the client. */
  const store = async (assembly: Assembly, { ref, declaration }: Wanted): Promise<void> => {
    const { index, buffer } = assembly
    if (!buffer) return
    storing.set(index, ref.size)
    work.add()
    try {
      const failed = (await declaration.outcome.promise) ?? stopped()
      if (failed) throw failed
      if (!chunks.wanted.has(index)) return dropKnown(assembly)
      await parts.storage.chunks.put(ref.hash, buffer.bytes, { upload, index })
      if (index === 0) head = new Uint8Array(buffer.bytes.subarray(0, headBytes))
      stored({ index, size: ref.size, spentBytes: spentBytes(assembly) })
    } catch (error) {
      const known = parts.known(error, 'upload.store')
      if (known.reason !== 'chunk_mismatch') refusal = known
      storing.delete(index)
      refuse(index, spentBytes(assembly), known)
      work.done()
    } finally {
      buffer.release()
    }
  }

  /** A lost connection stops nothing that has arrived whole. */
  const stopped = (): WherryError | null => (ended?.reason === 'disconnected' ? null : ended)

  const dropKnown = (assembly: Assembly): void => {
    storing.delete(assembly.index)
    assembly.dropping = { why: null }
    drop(assembly)
    work.done()
  }

  const begin = ({ index, offset }: Slice): Assembly => {
    const known = chunks.lookUp(index)
    const earlierBytes = offered.get(index) === offset ? offset : 0
    offered.delete(index)
    if (typeof known !== 'object' || storing.has(index)) {
      return beginAssembly(index, whyDropped(index, known), earlierBytes)
    }
    const earlier = takeBegun(index)
    if (earlierBytes === 0) return beginAssembly(index, lane.allocate(known.ref.size))
    const isThere = earlier?.hash === known.ref.hash && earlier.bytes.length === earlierBytes
    if (!isThere) return beginAssembly(index, { why: mismatch() }, earlierBytes)
    const buffer = lane.allocate(known.ref.size)
    copyBytes(earlier.bytes, buffer.bytes)
    return beginAssembly(index, buffer, earlierBytes)
  }

  const whyDropped = (index: number, known: ReturnType<typeof chunks.lookUp>): Dropping => {
    if (known === 'stored' || storing.has(index)) return { why: null }
    if (refusal) return { why: refusal }
    if (known === 'unread' || !opened) return { why: mismatch() }
    throw new WherryError('invalid_frame', 'A slice is of a chunk that was not declared.')
  }

  const take = (slice: Slice): void => {
    const assembly = assemblies.get(slice.index) ?? begin(slice)
    assemblies.set(slice.index, assembly)
    addSlice(assembly, slice)
    if (!slice.last) {
      tellArrived(assembly)
      return
    }
    assemblies.delete(slice.index)
    const wanted = chunks.wanted.get(slice.index)
    if (assembly.dropping || !wanted) drop(assembly)
    else void store(assembly, wanted)
  }

  const unwant = (indexes: readonly number[], why: WherryError | null): void => {
    for (const index of indexes) {
      const assembly = assemblies.get(index)
      if (assembly && !assembly.dropping) dropAssembly(assembly, why)
    }
  }

  const end = (error: WherryError): void => {
    if (ended) return
    ended = error
    ready.resolve()
    for (const assembly of assemblies.values()) {
      dropAssembly(assembly, error)
      drop(assembly)
    }
    assemblies.clear()
  }

  const self: UploadStream = {
    ...binding,
    get opened() {
      return opened
    },
    ready: ready.promise,
    open: row => {
      const { folder, space, name, size, storedBytes } = row
      opened ??= { folder, space, name, size, storedBytes }
      ready.resolve()
    },
    get wantedChunks() {
      return chunks.wanted.size
    },
    get arrivedBytes() {
      const coming = [...assemblies.values()].filter(({ dropping }) => !dropping)
      const bytes = [...coming.map(({ receivedBytes }) => receivedBytes), ...storing.values()]
      return bytes.reduce((sum, each) => sum + each, newBytes)
    },
    get ended() {
      return ended
    },
    get head() {
      return head
    },
    take,
    end,
    lackingBytes: () => {
      let sum = 0
      for (const { buffer, receivedBytes } of assemblies.values()) {
        if (buffer) sum += buffer.bytes.length - receivedBytes
      }
      return sum
    },
    announce: (from, refs) => {
      const declaration = chunks.announce(from, refs)
      work.add()
      void declaration.outcome.promise.then(() => work.done())
      return declaration
    },
    holdDeclared: (declaration, missing) => {
      const known = chunks.hold(declaration, missing)
      for (const index of known) newBytes += declaration.chunks[index - declaration.from]?.size ?? 0
      unwant(known, null)
      refusal = null
    },
    failDeclared: (declaration, error) => {
      const gone = chunks.fail(declaration, error)
      refusal = error
      unwant(gone, error)
    },
    learn: (...known) => {
      chunks.learn(...known)
      refusal = null
    },
    begun: () =>
      [...assemblies.values()].flatMap(({ index, buffer, receivedBytes }) => {
        const wanted = chunks.wanted.get(index)
        if (!buffer || !wanted) return []
        const bytes = new Uint8Array(receivedBytes)
        copyBytes(buffer.bytes.subarray(0, receivedBytes), bytes)
        return [{ index, hash: wanted.ref.hash, bytes }]
      }),
    offerBegun: (begun, take) => {
      takeBegun = take
      for (const { index, bytes } of begun) offered.set(index, bytes.length)
    },
    refuseUndeclared: error => {
      refusal = error
    },
    settled: work.idle,
  }
  return self
}
