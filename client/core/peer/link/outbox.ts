import { createSpare } from '../../spare.ts'
import {
  createPlain,
  type FrameKind,
  frameKinds,
  frameMemory,
  largestMessageBytes,
  type Plain,
  plainBytesFor,
  plainBytesIn,
  smallMessageBytes,
  type Unit,
  unitBytes,
} from './layout.ts'
import type { Sealer } from './sealer.ts'

/** A frame that has not been acknowledged, and the lane on which it went, if it did. */
type Outgoing<Lane> = {
  number: number
  sealed: Uint8Array<ArrayBuffer> | null
  /** That `sealed` is in, to be used again once it arrived; null where it has memory of its own. */
  memory: Uint8Array<ArrayBuffer> | null
  bytes: number
  messageBytes: number
  on: Lane | null
}

const smallPlainBytes = plainBytesIn(smallMessageBytes)
const largestPlainBytes = plainBytesIn(largestMessageBytes)

/** Memory of frames that is used again: of two sizes. */
const createMemories = () => {
  const small = createSpare(() => frameMemory(smallPlainBytes))
  const large = createSpare(() => frameMemory(largestPlainBytes))
  return {
    take: (plainBytes: number) => (plainBytes > smallPlainBytes ? large : small).take(),
    keep: (memory: Uint8Array<ArrayBuffer>) =>
      (memory.length > smallMessageBytes ? large : small).keep(memory),
  }
}

export type Outbox<Lane> = {
  /** Makes frames of a message of these parts; the bytes are copied. */
  take(parts: readonly Uint8Array[]): void
  takeClose(): void
  /** The next frames to go, as many as `room` bytes of a message have room for, or one; they count as sent on `lane`. */
  next(lane: Lane, room: number): Unit[]
  /** All below `number` have arrived: answers the bytes by the lane that brought them. */
  acknowledge(number: number): Map<Lane, number>
  /** What is unacknowledged on this lane goes again; answers whether there was any. */
  lose(lane: Lane): boolean
  /** The lane of the oldest frame that was sent: while it holds out, nothing behind it is acknowledged. */
  readonly oldest: Lane | null
  /** Taken and not acknowledged. */
  readonly bytes: number
  /** Of messages, acknowledged. */
  readonly arrivedBytes: number
  /** Frames that were numbered. */
  readonly nextNumber: number
  readonly isEmpty: boolean
  /** Frames wait for a lane. */
  readonly isWaiting: boolean
}

/** The frames of one direction, in order, until the other side has them. */
export const createOutbox = <Lane>(
  sealer: Sealer,
  {
    acknowledged,
    plainBytes,
    sealed,
    failed,
  }: {
    acknowledged(): number
    /** Of a frame that suits the path of now. */
    plainBytes(): number
    sealed(): void
    failed(error: Error): void
  },
): Outbox<Lane> => {
  let frames: Outgoing<Lane>[] = []
  /** Of `frames`: those before are acknowledged. */
  let head = 0
  /** Of `frames`: all before are on a lane. */
  let unsent = 0
  let nextNumber = 0
  let bytes = 0
  let arrivedBytes = 0
  let sealing = 0
  let gathering: Plain | null = null
  const memories = createMemories()

  const newPlain = (kind: FrameKind, bytes: number) => createPlain(kind, memories.take(bytes))

  const freeMemory = (frame: Outgoing<Lane>) => {
    if (frame.memory) memories.keep(frame.memory)
    frame.memory = null
  }

  const seal = (plain: Plain) => {
    const { memory, length: bytes, messageBytes } = plain
    plain.acknowledge(acknowledged())
    const number = nextNumber++
    const frame: Outgoing<Lane> = { number, sealed: null, memory, bytes, messageBytes, on: null }
    frames.push(frame)
    sealing++
    sealer.seal(number, memory, bytes).then(result => {
      // Many small frames would keep much more memory than they fill.
      const isSmall = !plain.isWorthSealing
      const isInMemory = result.buffer === memory.buffer
      frame.sealed = isInMemory && isSmall ? result.slice() : result
      if (!isInMemory || isSmall) freeMemory(frame)
      sealing--
      if (sealing === 0) flush()
      sealed()
    }, failed)
  }

  const flush = () => {
    if (!gathering) return
    const plain = gathering
    gathering = null
    seal(plain)
  }

  const takeKind = (kind: FrameKind) => {
    flush()
    const plain = newPlain(kind, 0)
    bytes += plain.length
    seal(plain)
  }

  const compact = () => {
    if (head < 512) return
    frames = frames.slice(head)
    unsent -= head
    head = 0
  }

  return {
    take(parts) {
      const length = parts.reduce((sum, part) => sum + part.length, 0)
      if (gathering && !gathering.hasRoom(length)) flush()
      const before = gathering?.length ?? 0
      gathering ??= newPlain(frameKinds.data, Math.max(plainBytes(), plainBytesFor(length)))
      gathering.add(...parts)
      bytes += gathering.length - before
      // A smaller frame waits for more messages while another is being sealed, so that many small ones share one.
      if (sealing === 0 || gathering.isWorthSealing) flush()
    },
    takeClose: () => takeKind(frameKinds.close),
    next(lane, room) {
      const units: Unit[] = []
      let left = room
      for (; unsent < frames.length; unsent++) {
        const frame = frames[unsent]
        if (!frame?.sealed) break
        if (frame.on !== null) continue
        if (unitBytes(frame.sealed) > left && units.length > 0) break
        left -= unitBytes(frame.sealed)
        frame.on = lane
        units.push({ number: frame.number, sealed: frame.sealed })
      }
      return units
    },
    acknowledge(number) {
      const byLane = new Map<Lane, number>()
      for (let frame = frames[head]; frame?.sealed && frame.number < number; frame = frames[head]) {
        if (frame.on !== null) byLane.set(frame.on, (byLane.get(frame.on) ?? 0) + frame.bytes)
        bytes -= frame.bytes
        arrivedBytes += frame.messageBytes
        freeMemory(frame)
        frame.sealed = null
        head++
      }
      unsent = Math.max(unsent, head)
      compact()
      return byLane
    },
    lose(lane) {
      let first = -1
      for (let i = head; i < unsent; i++) {
        const frame = frames[i]
        if (frame?.on !== lane) continue
        frame.on = null
        if (first < 0) first = i
      }
      if (first >= 0) unsent = first
      return first >= 0
    },
    get oldest() {
      return head < unsent ? (frames[head]?.on ?? null) : null
    },
    get bytes() {
      return bytes
    },
    get arrivedBytes() {
      return arrivedBytes
    },
    get nextNumber() {
      return nextNumber
    },
    get isEmpty() {
      return head === frames.length && !gathering
    },
    get isWaiting() {
      return unsent < frames.length
    },
  }
}
