import { setTimeout as after } from 'node:timers/promises'
import { WherryError } from '../../protocol/errors.ts'
import { sliceHeaderBytes, writeSliceHeader } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import { closeCodes } from '../../protocol/rpc.ts'
import { copyBytes } from '../../storage/chunks/copy-bytes.ts'
import type { Connection } from '../connection.ts'

export type ChunkPart = { stream: number; index: number; offset: number }

/** Sends chunks on one connection, one at a time, in slices that suit the link. */
export type Outbox = {
  /**
   * Sends a chunk from `offset` on; resolves when all is handed to the socket. Before each slice `check` may throw. Throws
   * `disconnected`.
   */
  send(at: ChunkPart, bytes: Uint8Array, check: () => Promise<void>): Promise<void>
  /** Waits for room to read `bytes` ahead; what it returns gives the room back. */
  reserve(bytes: number): Promise<() => void>
}

export type OutboxLimits = {
  /** The most bytes that are read ahead and not handed to the socket yet. */
  aheadBytes: number
  /** The same for all connections together, but for the one chunk that each may always hold. */
  shared: { bytes: number; readonly maxBytes: number }
  /** The most bytes that wait in the socket. */
  bufferedBytes: number
  /** A reader that takes nothing for so long is disconnected. */
  stallMs: number
}

/** Room for one slice and its header: a message is made and sent in one go, so all connections share it. */
export const sliceScratch = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(sliceHeaderBytes + limits.sliceBytes)

const minSliceBytes = 16 * 1024
/** What waits in the socket should be gone after this time, so that an event does not wait longer behind it. */
const bufferedMs = 100

export const createOutbox = (
  connection: Connection,
  bounds: OutboxLimits,
  clock: () => number,
  scratch: Uint8Array<ArrayBuffer>,
): Outbox => {
  const view = new DataView(scratch.buffer)
  // Of a slice that breaks with its connection nothing arrives. Where all is taken at once it doubles.
  let sliceBytes = minSliceBytes
  let waitAbove = Math.min(bounds.bufferedBytes, limits.chunkAverageBytes)
  let reserved = 0
  let turn: Promise<unknown> = Promise.resolve()
  const waiting: { bytes: number; go: () => void }[] = []

  const suit = (bytesPerMs: number): void => {
    const goal = bytesPerMs * bufferedMs
    waitAbove = Math.min(bounds.bufferedBytes, Math.max(4 * minSliceBytes, goal))
    sliceBytes = Math.min(limits.sliceBytes, Math.max(minSliceBytes, Math.floor(goal / 2)))
  }

  const drainTo = async (bytes: number): Promise<void> => {
    const stalled = new AbortController()
    const timer = after(bounds.stallMs, 'stalled' as const, { signal: stalled.signal }).catch(
      () => 'over' as const,
    )
    const before = connection.bufferedBytes()
    const outcome = await Promise.race([connection.drained(bytes), timer])
    stalled.abort()
    if (outcome === true) return
    if (outcome === 'stalled' && connection.bufferedBytes() < before) return drainTo(bytes)
    if (outcome === 'stalled')
      connection.close(closeCodes.policy, 'The bytes that were asked for are not taken.')
    throw new WherryError('disconnected')
  }

  const makeRoom = async (): Promise<void> => {
    const waitingBytes = connection.bufferedBytes()
    if (waitingBytes === 0) sliceBytes = Math.min(limits.sliceBytes, sliceBytes * 2)
    if (waitingBytes <= waitAbove) return
    const from = clock()
    const goal = Math.floor(waitAbove / 2)
    await drainTo(goal)
    suit((waitingBytes - goal) / Math.max(1, clock() - from))
  }

  const sendNow = async (
    { stream, index, offset: from }: ChunkPart,
    bytes: Uint8Array,
    check: () => Promise<void>,
  ): Promise<void> => {
    for (let offset = from; offset < bytes.length; ) {
      await makeRoom()
      await check()
      const length = Math.min(sliceBytes, bytes.length - offset)
      const last = offset + length === bytes.length
      writeSliceHeader(view, 0, { stream, index, offset, length, last })
      copyBytes(bytes.subarray(offset, offset + length), scratch, sliceHeaderBytes)
      if (!connection.sendBinary(scratch.subarray(0, sliceHeaderBytes + length)))
        throw new WherryError('disconnected')
      offset += length
    }
  }

  const { shared } = bounds
  const hasRoom = (bytes: number): boolean =>
    reserved === 0 || (reserved + bytes <= bounds.aheadBytes && shared.bytes + bytes <= shared.maxBytes)

  const admit = (): void => {
    for (let next = waiting[0]; next; next = waiting[0]) {
      if (!hasRoom(next.bytes)) return
      waiting.shift()
      reserved += next.bytes
      shared.bytes += next.bytes
      next.go()
    }
  }

  return {
    send: (at, bytes, check) => {
      const sent = turn.then(() => sendNow(at, bytes, check))
      turn = sent.catch(() => undefined)
      return sent
    },
    reserve: bytes =>
      new Promise(resolve => {
        let isFree = false
        const free = (): void => {
          if (isFree) return
          isFree = true
          reserved -= bytes
          shared.bytes -= bytes
          admit()
        }
        waiting.push({ bytes, go: () => resolve(free) })
        admit()
      }),
  }
}
