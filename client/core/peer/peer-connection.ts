import type { Room } from './api.ts'

/** Servers that help to find a direct way, as the hub's administrator named them. */
export type PeerServers = Awaited<ReturnType<Room['turn']>>

export type Description = { type: 'offer' | 'answer'; sdp: string }
export type Candidate = { candidate: string; mid: string }

/** What direct paths need of RTCPeerConnection or of node-datachannel, each behind a few lines of its adapter. */
export type PeerConnection = {
  /** The one channel: `negotiated: true, id: 0, ordered: true`, made with the connection. */
  readonly channel: PeerChannel
  /** Makes an offer, which comes by `description`. */
  offer(): Promise<void>
  /** Takes the other side's description; an offer is answered by `description`. */
  take(description: Description): Promise<void>
  /** Only called after take(). */
  takeCandidate(candidate: Candidate): Promise<void>
  /** The chosen way goes through a TURN server. */
  isTurned(): Promise<boolean>
  close(): void
}

/** Made with a low mark of `lowMarkBytes`; each event comes at most as often as it says. */
export type PeerChannel = {
  send(message: Uint8Array<ArrayBuffer>): void
  readonly bufferedBytes: number
  close(): void
}

export type PeerConnectionEvents = {
  description(description: Description): void
  candidate(candidate: Candidate): void
  /** `broken`: may heal by itself. `failed`: will not. */
  state(state: 'connected' | 'broken' | 'failed'): void
  /** Of the channel. */
  open(): void
  message(bytes: Uint8Array<ArrayBuffer>): void
  /** Fewer than lowMarkBytes are buffered again. */
  low(): void
  /** The channel or the connection closed; nothing follows. */
  close(): void
}

export type MakePeerConnection = (servers: PeerServers, events: PeerConnectionEvents) => PeerConnection

/** Of `bufferedAmount`: more does not make a data channel faster, but lets it stall (measured: 4 MiB halves it). */
export const lowMarkBytes = 128 * 1024
