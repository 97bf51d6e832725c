import type { ClientOptions, Stop, Timers } from '../api.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import { openWire, type Wire } from './wire.ts'

/** From opening the socket to being signed in. */
const handshakeMs = 20_000
/** A connection that lived this long worked: the next try is a first one. */
const provenMs = 5_000
const wakeAnswerMs = 5_000
/** Nothing is seen of a large answer on a slow link before it is whole: so many times as long may be waited for one. */
const mostPatience = 8

export type ConnectionEvents = {
  text(message: string): void
  /** Throws for bytes that make no sense: the connection is dropped. */
  binary(message: Uint8Array<ArrayBuffer>): void
  /** Runs on each new socket; if it rejects, the socket is dropped and tried again. */
  handshake(wire: Wire): Promise<void>
  probe(): Promise<unknown>
  /** Whether the hub owes an answer to more than probe(). */
  isOwed(): boolean
  /** Whether the hub owes an answer for long: what was heard of it may be old. */
  doubt(isInDoubt: boolean): void
  /** The socket is gone. `wasReady`: it had come through its handshake. Says whether to try again by itself. */
  lost(wasReady: boolean): 'retry' | 'rest'
}

export type Connection = ReturnType<typeof createConnection>

/** A socket that is replaced when it is lost: with backoff, at once on wake(), not before a closing hub said. */
export const createConnection = (
  {
    url,
    socket,
    timers,
    retryDelayMs,
  }: Required<Pick<ClientOptions, 'url' | 'socket' | 'retryDelayMs'>> & {
    timers: Timers
  },
  events: ConnectionEvents,
) => {
  let wire: Wire | null = null
  let readyAtMs: number | null = null
  let heartbeat: Heartbeat | null = null
  let attempt = 0
  let notBeforeMs = 0
  /** Twice as long each time that a connection fell silent and owed an answer, until one answers. */
  let patience = 1
  let stopTimer: Stop = () => {}

  const release = () => {
    stopTimer()
    heartbeat?.stop()
    heartbeat = null
    events.doubt(false)
    readyAtMs = null
    wire = null
  }

  const lost = () => {
    const wasReady = readyAtMs !== null
    if (readyAtMs !== null && timers.now() - readyAtMs >= provenMs) attempt = 0
    release()
    if (events.lost(wasReady) === 'rest') return
    const waitMs = Math.max(0, notBeforeMs - timers.now()) + retryDelayMs(attempt++)
    stopTimer = timers.after(waitMs, connect)
  }

  const drop = () => {
    wire?.drop()
    lost()
  }

  const rest = () => {
    wire?.drop()
    release()
  }

  const ready = (own: Wire) => {
    if (wire !== own) return
    stopTimer()
    readyAtMs = timers.now()
    const heard = {
      doubt: events.doubt,
      answered() {
        patience = 1
      },
      dead() {
        if (events.isOwed()) patience = Math.min(mostPatience, 2 * patience)
        drop()
      },
    }
    heartbeat = startHeartbeat(timers, own, events.probe, heard, patience)
  }

  const connect = () => {
    stopTimer()
    if (wire) return
    const own = openWire(socket, url, timers, {
      text: events.text,
      binary(message) {
        try {
          events.binary(message)
        } catch {
          drop()
        }
      },
      open: () =>
        void events.handshake(own).then(
          () => ready(own),
          () => wire === own && drop(),
        ),
      lost,
    })
    wire = own
    stopTimer = timers.after(handshakeMs, drop)
  }

  return {
    /** The socket of now, through its handshake or not. */
    get wire(): Wire | null {
      return wire
    },
    /** Connects now if there is no socket, and makes sure that one that there is lives. */
    wake(): void {
      heartbeat?.check(wakeAnswerMs)
      if (wire) return
      attempt = 0
      connect()
    },
    /** A call went out. */
    called: (): void => heartbeat?.called(),
    /** Replaces the socket at once. */
    restart(): void {
      rest()
      events.lost(false)
      connect()
    },
    /** The hub asked not to be tried for so long. */
    holdOff(ms: number): void {
      notBeforeMs = timers.now() + ms
    },
    /** Leaves the socket; the next wake() opens another. */
    rest,
    close: rest,
  }
}
