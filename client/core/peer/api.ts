import type { WherryError } from '../../../protocol/errors.ts'
import type { Stop } from '../api.ts'
import type { Emoji } from './pairing/emoji.ts'

/**
 * The contracts of direct sends, from the outside in. A `Send` or `Receipt` (what people see) runs a transfer; the transfer
 * speaks over a `PeerLink` (ordered, reliable, sealed messages), which outlives its `Carrier`s (a data channel, the hub's
 * relay); the carriers are found by envelopes through the room, sealed with the keys that pairing made.
 */

/** One way between the two peers: messages arrive whole, once and in order, until it closes. The link trusts it with nothing. */
export type Carrier = {
  /** `direct`: a data channel between the two. `turned`: one through a TURN server. `relayed`: through the hub. */
  readonly kind: CarrierKind
  /** Bytes of the largest message: at least largestMessageBytes of link/layout.ts. */
  readonly messageBytes: number
  /** Bytes of the messages that it brings fastest: at most largestMessageBytes. */
  readonly bestMessageBytes: number
  /** Takes a message; the bytes may be overwritten when it returns. What is sent after the carrier closed is dropped. */
  send(message: Uint8Array): void
  /** Bytes taken and not yet on the network. */
  readonly bufferedBytes: number
  /** Resolves when fewer than the carrier's own low mark are buffered, or it closed. */
  drained(): Promise<void>
  onMessage(listener: (message: Uint8Array<ArrayBuffer>) => void): Stop
  /** Runs once, also for a carrier that is closed already. */
  onClose(listener: () => void): Stop
  readonly closed: boolean
  close(): void
}
export type CarrierKind = 'direct' | 'turned' | 'relayed'

/** The room as one peer sees it: signals to the other seat, across reconnects. Made by client/core/peer/room.ts. */
export type Room = {
  readonly id: string
  /** Both seats are taken. */
  readonly present: boolean
  /**
   * Sends an envelope, at most 20 a second, in order; throws `peer_away` if the other side is not there, or another than when
   * it was called, `disconnected` if the hub is not. It may have arrived all the same.
   */
  signal(envelope: string): Promise<void>
  /** What came since the other side is there, and while nobody listened, comes at once. */
  onSignal(listener: (envelope: string) => void): Stop
  /** `false` and `true` also when the connection of either side was replaced: what was on its way may be lost. */
  onPresence(listener: (present: boolean) => void): Stop
  /**
   * The other side left for good (`peer_left`), the room expired or the hub knows it no more (`not_found`): nothing comes
   * back. `cancelled` after leave(). Runs once, also for a room that ended already.
   */
  onEnd(listener: (reason: WherryError) => void): Stop
  /** The relay through the hub: a carrier for as long as the other side is there. Another one closes the one before. */
  openRelay(): Promise<Carrier>
  turn(): Promise<{ stun: string[]; turn: { urls: string[]; username: string; credential: string } | null }>
  /** Ends it for both. Resolves when the hub knows, or cannot be told. */
  leave(): Promise<void>
}

export type Role = 'sender' | 'receiver'

/** What the two know of each other before keys: words of a code, the secret of a link, or of an earlier pairing. */
export type Secret = { via: 'code' | 'link' | 'again'; secret: string; run?: PairingRun | undefined }

/**
 * The receiver's only run with a code, to be kept for a reload before it is begun: the sender answers no second one.
 * `wasBegun`: it was kept, so its keys may have been used; it leads to new ones.
 */
export type PairingRun = {
  /** 32 random bytes as base64url. */
  seed: string
  wasBegun: boolean
  /** Runs before the sender is told: from now on `{ via: 'again' }` with this secret is to be kept instead. */
  proven(again: string): void
}

/**
 * For a person of the hub, with whom there is no secret yet: the two compare emoji, unless both prove a secret that their
 * devices kept when they were trusted (`deviceSecretOf`).
 */
export type ByPerson = { via: 'person'; trusted: readonly string[] }

/** What pairing made: never leaves this device. */
export type PairKeys = {
  role: Role
  /** Of the signals, by direction: raw AES-256-GCM keys. */
  signalSend: Uint8Array<ArrayBuffer>
  signalReceive: Uint8Array<ArrayBuffer>
  /** Of the link, by direction. */
  linkSend: Uint8Array<ArrayBuffer>
  linkReceive: Uint8Array<ArrayBuffer>
  /** The secret with which the two pair `again` after a reload. base64url. */
  again: string
}

/** Sealed signals: in order, each once. What was altered, replayed, reordered or left out ends it with `not_authentic`. */
export type SealedSignals = {
  send(message: object): Promise<void>
  onMessage(listener: (message: Record<string, unknown>) => void): Stop
  onFailure(listener: (error: WherryError) => void): Stop
}

/**
 * Ordered, reliable, sealed messages between the two, over whatever carriers there are: what a lost carrier lost is sent
 * again on the next, frame by frame the same, so a change of path never touches what runs above.
 */
export type PeerLink = {
  /** Adds a carrier. The link begins to use the one that it measures to be the fastest, and keeps the others in reserve. */
  addCarrier(carrier: Carrier): void
  /** The carrier that is used now, or null while there is none: messages wait then. */
  readonly path: CarrierKind | null
  onPath(listener: (path: CarrierKind | null) => void): Stop
  /**
   * Resolves when the message, made of these parts, is taken; waits while too much is on its way. At most maxMessageBytes.
   * Rejects when the link is closed.
   */
  send(...parts: Uint8Array[]): Promise<void>
  readonly maxMessageBytes: number
  /** Bytes of a message that suits the path of now; at most maxMessageBytes. */
  readonly bestMessageBytes: number
  /** The bytes are gone when the listener returns. */
  onMessage(listener: (message: Uint8Array<ArrayBuffer>) => void): Stop
  /** A frame that was not made by the other side, or the other side's end. */
  onClose(listener: (error: WherryError | null) => void): Stop
  /** Tells the other side, once everything sent has arrived, and closes all carriers. */
  close(): Promise<void>
  /** Bytes of payload, for speed and estimates. */
  readonly sentBytes: number
  /** Of those sent, what the other side has. */
  readonly arrivedBytes: number
  onArrival(listener: () => void): Stop
  readonly receivedBytes: number
}

/** A file or an empty folder on offer. */
export type PeerFile = {
  /** Names from the outermost folder to the file. */
  path: readonly string[]
  kind: 'file' | 'folder'
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modifiedAt: number
}

/** What is on offer: shown to the receiver before a byte travels. */
export type PeerOffer = {
  /** 128 random bits, base64url: names this send, so that both sides find what they have of it. */
  transfer: string
  /** Who sends, as the sender says: shown, not trusted. */
  from: string
  files: readonly PeerFile[]
  /** A snippet of text instead of files, or with them. */
  text: string | null
}

/** A file to send, as client/core/api.ts Source without what only uploads need. */
export type PeerSource = {
  readonly file: PeerFile
  /**
   * Throws `file_changed` if it is not what it was when it was chosen; with `length` 0 that is all it does. `into`, at least
   * as long and no longer used by the caller, may be what the answer is a view of.
   */
  read(start: number, length: number, into?: Uint8Array): Promise<Uint8Array>
  /** Lets go of what it holds open; read() may come again. */
  close?(): Promise<void>
}

/** Where a received file goes, chunk by chunk of `chunkBytes`, in any order. */
export type PeerSink = {
  /** SHA-256 (hexadecimal) of the chunks that are durable from an earlier run, by index. */
  readonly restored: ReadonlyMap<number, string>
  /**
   * Resolves when the chunk is durable; several run at once. Throws `no_room`. Where the bytes are all of their memory, the
   * sink may take that away; it answers memory as long that nobody uses any more, or null.
   */
  write(index: number, bytes: Uint8Array<ArrayBuffer>, hash: string): Promise<ArrayBuffer | null>
  /** All chunks are there and the file's root matched: it gets its name. */
  finish(): Promise<void>
  /** Keeps what is there for a later run, or throws it away. */
  stop(keep: boolean): Promise<void>
}

/** Opens sinks: files of a folder on disk, the browser's private file system. */
export type PeerStore = {
  /** Throws `no_room` if so many bytes cannot be kept here, as far as that can be known. */
  reserve(offer: PeerOffer): Promise<void>
  open(transfer: string, file: PeerFile): Promise<PeerSink>
}

/** Bytes of a chunk of a direct send; the last of a file is shorter. */
export const chunkBytes = 1024 * 1024

export type TransferPhase =
  /** The code is shown, or was entered, and the other side is not there yet; or what was accepted before is about to go on. */
  | 'pairing'
  /** Of a send to a person: the two compare their emoji. */
  | 'comparing'
  /** The receiver looks at the offer. */
  | 'offered'
  | 'running'
  | 'paused'
  /** The other side is gone; goes on by itself when it comes back. */
  | 'waiting'
  /** The other side is there, as the hub says, but nothing comes from it; goes on by itself when something does. */
  | 'unreached'
  | 'done'
  | 'failed'
  | 'cancelled'

/** Four pictures that are the same on both sides if nobody is in the middle: of a send to a person of the hub. */
export type Comparison = {
  readonly emoji: readonly Emoji[]
  /**
   * `proven`: the other side is a device that is trusted here, nothing has to be compared. `unproven`: devices of that
   * person are trusted here, and this is none of them, which people have to be told.
   */
  readonly trust: 'new' | 'unproven' | 'proven'
  /** People compared, or did not have to. */
  readonly isDone: boolean
}

/** How a direct send stands, for both sides. Replaced, never changed in place. */
export type TransferStatus = {
  readonly phase: TransferPhase
  readonly offer: PeerOffer | null
  /** Null for a send by code or link, and before the other side is there. */
  readonly comparison: Comparison | null
  readonly path: CarrierKind | null
  /** Verified and durable on the receiver's side, those of earlier runs included. */
  readonly doneBytes: number
  /** Those, and what arrived of further chunks: so that something is seen to move on a slow link too. */
  readonly arrivedBytes: number
  readonly totalBytes: number
  readonly doneFiles: number
  /** Bytes of chunks that arrived on the receiver's side in this run, as far as is known here. */
  readonly movedBytes: number
  readonly error: WherryError | null
}

/** One direct send or receipt that runs; the same shape for both sides. */
export type PeerTransfer = {
  readonly status: TransferStatus
  onChange(listener: () => void): Stop
  /**
   * Receiver: takes the offer. Sender to a person: the emoji are the same on the other side; before that not even names
   * are told. `trust`: the other device is known from now on without comparing.
   */
  accept(options?: { trust?: boolean }): void
  /** Receiver: not what is offered. Sender to a person: the emoji differ. */
  decline(): void
  pause(): void
  resume(): void
  cancel(): void
  /**
   * Ends this run and nothing else: the other side waits for the next, which continues with what is kept here. For Ctrl+C
   * and a page that goes. Twice is as once; `finished` is then left as it is.
   */
  stop(): Promise<void>
  /** Resolves at `done`; rejects with what it failed for. */
  readonly finished: Promise<void>
}
