import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Config } from '../config.ts'
import type { Connection } from '../connection.ts'
import { createRelayBudget } from './relay-budget.ts'
import { createRelayFlow, type RelayFlow } from './relay-flow.ts'
import { otherSeat, type Room, type Seat, seatsOf } from './room.ts'
import { runsOf, type StreamRun, writeStream } from './stream-runs.ts'

/** Bytes between the two seats of a room: straight from one socket's message into the other socket's buffer. */
export type Relays = {
  /**
   * Binds the stream to the seat and answers the credit: 0 until the other seat has named one too. Throws `busy`,
   * `conflict` or `quota_exceeded`.
   */
  open(seat: Seat, connection: Connection, stream: number): number
  /** Both streams of the room end; slices that are under way are dropped. */
  end(room: Room): void
  /** The connection has streams here, or had some. */
  has(connection: Connection): boolean
  /**
   * Passes the slices of a message on, and gives what is on other streams to `otherwise`. Throws `window_overrun` and
   * `invalid_frame`: the caller closes the socket. The message is valid during the call only, and is written to.
   */
  take(
    connection: Connection,
    message: Uint8Array,
    otherwise: (connection: Connection, message: Uint8Array) => void,
  ): void
  connectionClosed(connection: Connection): void
  /** To be called every few seconds. */
  sweep(): void
  /** Bytes that may be on their way, of all relays. */
  readonly windowBytes: number
}

/** One seat's end of a relay; `flow` goes from it to the other seat, and is null until that is open too. */
type Port = { seat: Seat; connection: Connection; stream: number; flow: RelayFlow | null }

/** A stream that ended: what its sender had credit for may still come. */
type Ended = { leftBytes: number }

type Streams = Map<number, Port | Ended>

/** Ended streams that are remembered for each connection. */
const endedStreams = 256

export const createRelays = (
  config: Pick<Config, 'relayBudgetBytes' | 'relayRoomBytes' | 'windowBytes'>,
  meter: { relayed(bytes: number): void },
): Relays => {
  // The other half of what may wait in a socket is for downloads and events.
  const budget = createRelayBudget<Connection>(config.relayBudgetBytes, config.windowBytes / 2)
  const ports = new Map<Seat, Port>()
  const streams = new Map<Connection, Streams>()

  /** Slices of the stream are dropped from now on. */
  const retire = ({ connection, stream, flow }: Port): void => {
    const all = streams.get(connection)
    if (all === undefined) return
    all.delete(stream)
    all.set(stream, { leftBytes: flow?.freeBytes ?? 0 })
    if (all.size <= endedStreams) return
    const oldest = [...all].find(([, one]) => 'leftBytes' in one)
    if (oldest !== undefined) all.delete(oldest[0])
  }

  const end = (room: Room): void => {
    for (const seat of seatsOf(room)) {
      const port = ports.get(seat)
      if (port === undefined) continue
      retire(port)
      port.flow?.end()
      ports.delete(seat)
    }
  }

  const endForQuota = (room: Room): void => {
    end(room)
    for (const { connection } of seatsOf(room)) {
      connection?.notify('room.relayEnded', { room: room.id, reason: 'quota_exceeded' })
    }
  }

  const flowFrom = (port: Port, receiver: Connection): RelayFlow =>
    createRelayFlow(receiver, budget, credit =>
      port.connection.notify('room.credited', { room: port.seat.room.id, credit }),
    )

  /** Both directions begin. The one that waited is told what it may send. */
  const connect = (port: Port, waiting: Port): void => {
    if (!budget.begin(port.connection)) throw new WherryError('busy')
    if (!budget.begin(waiting.connection)) {
      budget.release(port.connection, limits.relayFirstBytes)
      throw new WherryError('busy')
    }
    port.flow = flowFrom(port, waiting.connection)
    waiting.flow = flowFrom(waiting, port.connection)
    waiting.connection.notify('room.credited', {
      room: port.seat.room.id,
      credit: waiting.flow.freeBytes,
    })
  }

  const openNew = (seat: Seat, connection: Connection, stream: number): Port => {
    const port: Port = { seat, connection, stream, flow: null }
    const waiting = ports.get(otherSeat(seat))
    if (waiting !== undefined) connect(port, waiting)
    ports.set(seat, port)
    return port
  }

  const pass = (port: Port, { message, credit }: StreamRun): void => {
    const { room } = port.seat
    const to = ports.get(otherSeat(port.seat))
    if (port.flow === null || to === undefined) throw new WherryError('window_overrun')
    if (room.relayedBytes + message.length > config.relayRoomBytes) {
      endForQuota(room)
      return
    }
    writeStream(message, to.stream)
    port.flow.pass(message, credit)
    room.relayedBytes += message.length
    meter.relayed(message.length)
  }

  const drop = (ended: Ended, credit: number): void => {
    ended.leftBytes -= credit
    if (ended.leftBytes < 0) throw new WherryError('window_overrun')
  }

  return {
    open: (seat, connection, stream) => {
      if (seat.room.relayedBytes >= config.relayRoomBytes) {
        throw new WherryError('quota_exceeded', 'The hub relays no more for this send.')
      }
      const known = streams.get(connection)
      const own = ports.get(seat)
      const bound = known?.get(stream)
      if (own !== undefined && bound === own) return own.flow?.freeBytes ?? 0
      if (bound !== undefined && 'seat' in bound) {
        throw new WherryError('conflict', 'The stream belongs to another direct send.')
      }
      if (own !== undefined) {
        retire({ ...own, flow: null })
        own.stream = stream
      }
      const port = own ?? openNew(seat, connection, stream)
      streams.set(connection, (known ?? new Map()).set(stream, port))
      return port.flow?.freeBytes ?? 0
    },
    end,
    has: connection => streams.has(connection),
    take: (connection, message, otherwise) => {
      for (const run of runsOf(message)) {
        // Asked for each: what one run does may end the next one's stream.
        const bound = streams.get(connection)?.get(run.stream)
        if (bound === undefined) otherwise(connection, run.message)
        else if ('seat' in bound) pass(bound, run)
        else drop(bound, run.credit)
      }
    },
    connectionClosed: connection => void streams.delete(connection),
    sweep: budget.sweep,
    get windowBytes() {
      return budget.usedBytes
    },
  }
}
