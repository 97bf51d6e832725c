import { WherryError } from '../../protocol/errors.ts'
import type { Slice } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import { closeCodes } from '../../protocol/rpc.ts'
import type { ChunkBuffer, ChunkStore } from '../../storage/chunks/chunk-store.ts'
import type { Connection } from '../connection.ts'
import type { CreditBudget, Lease } from './credit.ts'

/** Where the slices of one stream go. */
export type Intake = {
  /** Throws for what a client that follows the protocol never sends; it has not taken the slice then. */
  take(slice: Slice): void
  /** Bytes that chunks which were begun lack to be whole. */
  lackingBytes(): number
  /** Nothing more is taken; what was received in part is dropped and its credit goes back. */
  end(error: WherryError): void
}

/** The uploading side of one connection: its credit, its streams and the memory it holds. */
export type Lane = {
  readonly connection: Connection
  readonly lease: Lease
  /** Binds a stream; what it was bound to before ends. Far too many of them end the connection. */
  bind(stream: number, intake: Intake): void
  /** From now on the slices of the stream are refused with this error, if `intake` is still what it is bound to. */
  refuse(stream: number, intake: Intake, error: WherryError): void
  take(slice: Slice): void
  /** Room for a chunk; throws `window_overrun` if chunks begun already fill the connection's bound. */
  allocate(size: number): ChunkBuffer
  close(): void
}

/** Streams of one connection, ended ones too: slices for those may still be under way. */
const maxStreams = 4096

export const createLane = (
  connection: Connection,
  budget: CreditBudget,
  chunks: ChunkStore,
  maxAllocatedBytes: number,
): Lane => {
  const streams = new Map<number, Intake>()
  const refusing = new Set<Intake>()
  let allocatedBytes = 0

  const lease = budget.lease({
    granted: credit => connection.notify('upload.credited', { credit }),
    lackingBytes: () => {
      let sum = 0
      for (const intake of streams.values()) sum += intake.lackingBytes()
      return sum
    },
    stalled: () =>
      connection.close(
        closeCodes.policy,
        'Others wait for the upload credit that this connection does not use.',
      ),
  })

  const makeRoom = (): void => {
    if (streams.size < maxStreams) return
    for (const [stream, intake] of streams) {
      if (!refusing.delete(intake)) continue
      streams.delete(stream)
      return
    }
    connection.close(closeCodes.policy, 'This connection has too many open streams.')
  }

  const put = (stream: number, intake: Intake): void => {
    streams.delete(stream)
    makeRoom()
    streams.set(stream, intake)
  }

  return {
    connection,
    lease,
    bind: (stream, intake) => {
      const before = streams.get(stream)
      put(stream, intake)
      if (before) refusing.delete(before)
      before?.end(new WherryError('cancelled', 'The stream was bound to something else.'))
    },
    refuse: (stream, intake, error) => {
      if (streams.get(stream) !== intake) return
      const refusal = refusingIntake(connection, lease, stream, error)
      refusing.add(refusal)
      put(stream, refusal)
    },
    take: slice => {
      const intake = streams.get(slice.stream)
      if (!intake) throw new WherryError('unknown_stream')
      lease.spend(slice.bytes.length)
      try {
        intake.take(slice)
      } catch (error) {
        // It was not taken: nobody else would give its credit back to the hub.
        lease.giveBack(slice.bytes.length)
        throw error
      }
    },
    allocate: size => {
      if (allocatedBytes + size > maxAllocatedBytes) {
        throw new WherryError('window_overrun', 'Too many chunks were begun at once.')
      }
      const buffer = chunks.allocate(size)
      allocatedBytes += size
      return {
        bytes: buffer.bytes,
        release: () => {
          allocatedBytes -= size
          buffer.release()
        },
      }
    },
    close: () => {
      lease.close()
      for (const intake of streams.values()) intake.end(new WherryError('disconnected'))
      streams.clear()
      refusing.clear()
    },
  }
}

/** Answers are held together until this much was refused. */
const refusedBatchBytes = limits.chunkMinBytes

/**
 * Takes the slices of a stream that ended and gives their credit back with the reason: once for all that come in one turn of
 * the event loop.
 */
const refusingIntake = (connection: Connection, lease: Lease, stream: number, error: WherryError): Intake => {
  let bytes = 0
  let telling: NodeJS.Immediate | null = null
  let chunk = 0

  const tell = (): void => {
    telling = null
    const credit = lease.giveBack(bytes)
    bytes = 0
    const { reason, message } = error
    connection.notify('upload.refused', { stream, chunk, reason, message, credit })
  }

  return {
    take: slice => {
      bytes += slice.bytes.length
      if (!slice.last && bytes < refusedBatchBytes) return
      chunk = slice.index
      telling ??= setImmediate(tell)
    },
    lackingBytes: () => 0,
    end: () => {
      if (telling !== null) {
        clearImmediate(telling)
        tell()
      }
      lease.giveBack(bytes)
      bytes = 0
    },
  }
}
