import { WherryError } from '../../../../protocol/errors.ts'
import type { Stop, Timers } from '../../api.ts'
import { createBell } from '../../bell.ts'
import { createListeners } from '../../listeners.ts'
import { systemTimers } from '../../timers.ts'
import type { CarrierKind, PeerLink } from '../api.ts'
import { asWherryError } from '../thrown.ts'
import { createAcks } from './acks.ts'
import { createInbox } from './inbox.ts'
import { createLane, type Lane } from './lane.ts'
import { createLaneWriter } from './lane-writer.ts'
import {
  firstLoose,
  frameKinds,
  largestMessageBytes,
  messageBytesIn,
  type Opened,
  plainBytesIn,
  readUnits,
  smallMessageBytes,
} from './layout.ts'
import { createOutbox } from './outbox.ts'
import { createPaths } from './paths.ts'
import type { Sealer } from './sealer.ts'
import { createWatch } from './watch.ts'

/** Taken and not yet acknowledged: what a lost carrier costs at most, and what the other side has to keep in order. */
const mostUnacknowledgedBytes = 8 * 1024 * 1024
const maxMessageBytes = messageBytesIn(plainBytesIn(largestMessageBytes))
/** How long the end waits for a way to tell the other side. */
const longestCloseMs = 3000

export type OwnLink = PeerLink & {
  /** Frames of the other side that were heard, of any kind. */
  readonly heardFrames: number
  /** Asks on all carriers whether the other side is there. */
  ask(): void
  /** Ends it here without telling the other side, and lets go of its carriers without closing them. */
  abandon(): void
}

/** A link over the carriers that are added to it. */
export const createLink = (sealer: Sealer, timers: Timers = systemTimers): OwnLink => {
  const messages = createListeners<Uint8Array<ArrayBuffer>>()
  const closings = createListeners<WherryError | null>()
  const arrivals = createListeners<void>()
  const pathChanges = createListeners<CarrierKind | null>()
  const stops = new Map<Lane, Stop>()
  const room = createBell()
  let state: 'open' | 'closing' | 'closed' = 'open'
  let sentBytes = 0
  let receivedBytes = 0
  let heardFrames = 0
  let path: CarrierKind | null = null

  /** For a frame that is sealed now. */
  const acknowledged = (): number => {
    // One that does not go at once may come too late for those who wait for an ack.
    if (paths.active && !paths.active.isFull && !outbox.isWaiting) acks.tell(paths.active)
    return inbox.expected
  }
  /** Large frames cost less, where the carrier brings them as fast. */
  const plainBytes = (): number => plainBytesIn(paths.active?.carrier.bestMessageBytes ?? smallMessageBytes)
  const outbox = createOutbox<Lane>(sealer, {
    acknowledged,
    plainBytes,
    sealed: () => pump(),
    failed: error => fail(asWherryError(error)),
  })

  const inbox = createInbox<Lane>(sealer, {
    opened: (frame, lane) => acknowledge(frame, lane),
    inOrder: frame => receive(frame),
    // Not when it arrived: an ack tells what was opened, and there may be no other after it.
    taken: (lane, bytes) => state !== 'closed' && acks.due(lane, bytes),
    failed: error => fail(error),
  })

  const tellPath = () => {
    const now = paths.active?.carrier.kind ?? null
    if (now === path) return
    path = now
    pathChanges.emit(path)
  }
  const paths = createPaths(timers.now, () => {
    queueMicrotask(pump)
    tellPath()
  })
  const writer = createLaneWriter(sealer.tag, () => pump())
  const acks = createAcks(sealer, timers, { acknowledged: () => inbox.expected, write: writer.write })
  const watch = createWatch({
    timers,
    outbox,
    paths,
    acks,
    isLeading: () => sentBytes >= receivedBytes,
    pump: () => pump(),
  })

  const pump = () => {
    const lane = paths.active
    if (lane && state !== 'closed' && writer.fill(lane, outbox)) watch.start()
  }

  const acknowledge = ({ acknowledged }: Opened, from: Lane) => {
    heardFrames += 1
    if (acknowledged > outbox.nextNumber) return
    const before = outbox.bytes
    const byLane = outbox.acknowledge(acknowledged)
    // Not by lane: what was lost with one may have arrived nevertheless.
    if (outbox.bytes === before) return
    watch.progressed(from)
    for (const [lane, bytes] of byLane) paths.arrived(lane, bytes)
    room.ring()
    arrivals.emit()
    pump()
  }

  const receive = ({ kind, messages: arrived, plain }: Opened) => {
    if (state === 'closed') return
    for (const message of arrived) {
      receivedBytes += message.length
      messages.emit(message)
    }
    sealer.release(plain)
    if (kind === frameKinds.close) void endedByPeer()
  }

  /** The other side closes its carriers when it knows that its end arrived. */
  const endedByPeer = async () => {
    const lanes = paths.lanes
    await Promise.all(lanes.map(lane => acks.sendNow(lane)))
    end(null, false)
    timers.after(longestCloseMs, () => closeAll(lanes))
  }

  const receiveLoose = async (lane: Lane, number: number, sealed: Uint8Array<ArrayBuffer>) => {
    const frame = acks.read(await sealer.open(number, sealed))
    acknowledge(frame, lane)
    if (frame.kind === frameKinds.ping) await acks.answer(lane, frame)
    if (frame.kind === frameKinds.pong) {
      const isLate = acks.answered(lane, frame)
      // Earlier pings found nobody there, so what went before may have neither.
      if (isLate && !lane.isUp) outbox.lose(lane)
      paths.answered(lane)
      pump()
    }
  }

  const onMessage = (lane: Lane, message: Uint8Array<ArrayBuffer>) => {
    if (state === 'closed') return
    const units = readUnits(message, sealer.tag)
    if (units === 'stale') return
    if (units === null) return fail(new WherryError('not_authentic'))
    for (const { number, sealed } of units) {
      if (number >= firstLoose) receiveLoose(lane, number, sealed).catch(error => fail(asWherryError(error)))
      else if (inbox.receive({ number, sealed }, lane)) {
        if (lane !== paths.active && receivedBytes > sentBytes) follow(lane)
      } else acks.due(lane, 0)
    }
  }

  const follow = (lane: Lane) => {
    const before = paths.active
    paths.follow(lane)
    // Little of ours is on its way, and it may have been lost: that it arrives twice does no harm.
    if (before) outbox.lose(before)
  }

  const removeLane = (lane: Lane) => {
    stops.get(lane)?.()
    stops.delete(lane)
    outbox.lose(lane)
    paths.remove(lane)
    pump()
  }

  const closeAll = (lanes: readonly Lane[]) => {
    for (const lane of lanes) lane.carrier.close()
  }

  const end = (error: WherryError | null, isOwn: boolean) => {
    if (state === 'closed') return
    state = 'closed'
    watch.stop()
    acks.stop()
    for (const stop of stops.values()) stop()
    stops.clear()
    room.ring()
    if (!isOwn) closings.emit(error)
    path = null
    pathChanges.emit(null)
    messages.clear()
    closings.clear()
    arrivals.clear()
    pathChanges.clear()
  }

  const fail = (error: WherryError) => {
    const lanes = paths.lanes
    end(error, false)
    closeAll(lanes)
  }

  return {
    addCarrier(carrier) {
      if (state === 'closed' || carrier.closed || carrier.messageBytes < largestMessageBytes)
        return carrier.close()
      const lane = createLane(carrier)
      const stopMessages = carrier.onMessage(message => onMessage(lane, message))
      const stopClose = carrier.onClose(() => removeLane(lane))
      stops.set(lane, () => {
        stopMessages()
        stopClose()
      })
      paths.add(lane)
      watch.start()
      void acks.ping(lane)
      pump()
    },
    get path() {
      return path
    },
    onPath: pathChanges.add,
    async send(...parts) {
      const length = parts.reduce((sum, part) => sum + part.length, 0)
      if (length > maxMessageBytes) throw new WherryError('too_large')
      while (state === 'open' && outbox.bytes >= mostUnacknowledgedBytes) await room.rung()
      if (state !== 'open') throw new WherryError('peer_left')
      sentBytes += length
      outbox.take(parts)
    },
    maxMessageBytes,
    get bestMessageBytes() {
      return messageBytesIn(plainBytes())
    },
    onMessage: messages.add,
    onClose: closings.add,
    async close() {
      if (state !== 'open') return
      state = 'closing'
      outbox.takeClose()
      const deadline = timers.after(longestCloseMs, () => {
        closeAll(paths.lanes)
        end(null, true)
      })
      while (state === 'closing' && !outbox.isEmpty) await room.rung()
      deadline()
      closeAll(paths.lanes)
      end(null, true)
    },
    abandon: () => end(null, true),
    ask() {
      for (const lane of paths.lanes) void acks.ping(lane)
    },
    get heardFrames() {
      return heardFrames
    },
    get sentBytes() {
      return sentBytes
    },
    get arrivedBytes() {
      return outbox.arrivedBytes
    },
    onArrival: arrivals.add,
    get receivedBytes() {
      return receivedBytes
    },
  }
}
