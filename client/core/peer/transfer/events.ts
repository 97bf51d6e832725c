import { WherryError } from '../../../../protocol/errors.ts'
import { type PeerMessage, peerFailures } from '../../../../protocol/peer.ts'
import type { PeerLink, PeerOffer } from '../api.ts'

/** What both sides of a transfer tell the session that runs them. */
export type TransferEvents = {
  /** Receiver: what is on offer, to be accepted. */
  offered(offer: PeerOffer): void
  /** The offer is accepted: chunks travel, or go on after a new link. */
  running(): void
  /** Durable on the receiver's side. */
  progress(doneBytes: number, doneFiles: number): void
  /** Bytes of chunks that arrived on the receiver's side. */
  moved(bytes: number): void
  /** The other side paused, or goes on. */
  paused(isPaused: boolean): void
  done(): void
  /** `declined`, `cancelled`, or what went wrong there, in words for here. */
  endedByPeer(error: WherryError): void
  /** What went wrong here, and with which file. */
  failed(error: WherryError, file: number | null): void
}

/** One side of a transfer, over one link after another. */
export type TransferSide = {
  /** Begins, or goes on, over this link. */
  attach(link: PeerLink): void
  setPaused(isPaused: boolean): void
  /** Tells the other side, as far as it is there; resolves when it is on its way. */
  tell(message: PeerMessage): Promise<void>
  /** Nothing is sent or taken any more. `keep`: what is there is kept for a later run. */
  stop(keep: boolean): Promise<void>
}

export const cancelledByPeer = (): WherryError =>
  new WherryError('cancelled', 'The other side cancelled this.', { byPeer: true })

type Failure = (typeof peerFailures)[number]

/** The word for the other side. */
export const failureOf = ({ reason }: WherryError): Failure =>
  peerFailures.find(known => known === reason) ?? 'internal'

const named = (offer: PeerOffer | null, file: number | null): string => {
  const name = file === null ? undefined : offer?.files[file]?.path.at(-1)
  return name === undefined ? 'A file' : `“${name}”`
}

const wordsHere: Partial<Record<Failure, (name: string) => string>> = {
  file_changed: name => `${name} changed while it was sent. Send it again.`,
  not_found: name => `${name} is no longer there.`,
}

const wordsThere: Record<Failure, (name: string) => string> = {
  file_changed: name => `${name} changed on the other device while it was sent. Ask for it again.`,
  not_found: name => `${name} is no longer there on the other device.`,
  no_room: () => 'There is not enough room on the other device.',
  too_large: name => `${name} is too large for the other device.`,
  chunk_mismatch: name => `${name} did not arrive as it was sent.`,
  window_overrun: () => 'The other device could not keep up. Try again.',
  invalid_message: () => 'The other device runs a version that does not fit this one.',
  internal: name => `${name} could not be kept or read on the other device.`,
}

/** What went wrong here, with the file's name where that helps. */
export const namedError = (error: WherryError, offer: PeerOffer | null, file: number | null): WherryError => {
  const words = wordsHere[failureOf(error)]
  return words && file !== null
    ? new WherryError(error.reason, words(named(offer, file)), { file }, { cause: error })
    : error
}

/** What went wrong on the other side. */
export const peerError = (
  { reason, file }: { reason: Failure; file: number | null },
  offer: PeerOffer | null,
): WherryError => new WherryError(reason, wordsThere[reason](named(offer, file)), { file, there: true })
