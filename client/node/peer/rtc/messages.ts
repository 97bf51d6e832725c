import type { PeerConnection, PeerConnectionEvents, PeerServers } from '../../../core/peer/peer-connection.ts'

/** What a connection is asked and answers later. */
export type Question = Exclude<keyof PeerConnection, 'channel' | 'close'>
/** What happens to a connection; `low` is told by what has drained. */
export type Happening = Exclude<keyof PeerConnectionEvents, 'low'>

/** To the process that has the library. `id`: the number that both give to a connection. */
export type ToRtc =
  | { kind: 'make'; id: number; servers: PeerServers }
  | { kind: 'send'; id: number; message: Uint8Array }
  | { kind: 'close'; id: number }
  | {
      [Q in Question]: {
        kind: 'ask'
        id: number
        /** By which it is answered. */
        number: number
        question: Q
        about: Parameters<PeerConnection[Q]>[0]
      }
    }[Question]
  /** To be answered by `alive`. */
  | { kind: 'beat' }
  /** Close all connections and end. */
  | { kind: 'end' }

/** From it. */
export type FromRtc =
  | { kind: 'alive' }
  | {
      [H in Happening]: {
        kind: 'happened'
        id: number
        happening: H
        value: Parameters<PeerConnectionEvents[H]>[0]
      }
    }[Happening]
  /** So many of all bytes that were sent have left the buffer of the channel. */
  | { kind: 'drained'; id: number; bytes: number }
  | { kind: 'answered'; id: number; number: number; value: unknown }
  | { kind: 'refused'; id: number; number: number; why: string }

/** Of one connection. */
export type OfConnection = Exclude<FromRtc, { kind: 'alive' }>
