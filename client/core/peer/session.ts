import type { Timers } from '../api.ts'
import { type Sha256, subtleSha256 } from '../hashing.ts'
import { newId } from '../new-id.ts'
import { systemTimers } from '../timers.ts'
import type { ByPerson, PeerSource, PeerStore, PeerTransfer, Room, Secret } from './api.ts'
import type { KeptComparison } from './comparing.ts'
import type { Connect } from './direct.ts'
import type { MakeCipher } from './link/sealer.ts'
import { type Accepted, type Kept, runTransfer } from './running.ts'
import { makeOffer } from './transfer/offer.ts'
import { createReceiver } from './transfer/receiver.ts'
import { createSender } from './transfer/sender.ts'

export type { Accepted, Kept } from './running.ts'

type PeerOptions = {
  /** Joined or created by the caller; it is left when all is over. */
  room: Room
  /** Finds direct ways: `directPaths(...)` of direct.ts with the adapter's connection. Without it the relay carries all. */
  connect?: Connect | undefined
  onKeep?: ((kept: Kept) => void) | undefined
  /** Kept.comparison of what is continued. */
  comparison?: KeptComparison | null | undefined
  /** Kept.paused of what is continued. */
  paused?: boolean | undefined
  /** The other device is trusted from now on: a secret to be kept with the person, and brought as ByPerson.trusted. */
  onTrust?: ((deviceSecret: string) => void) | undefined
  /** A faster one than WebCrypto's, where there is one. */
  sha256?: Sha256 | undefined
  /** The same for AES-256-GCM. */
  makeCipher?: MakeCipher | undefined
  timers?: Timers | undefined
}

export type SendOptions = PeerOptions & {
  /** Of the code and the link that were shown, or the `again` of what was kept; the receiver says which it used. */
  secrets: readonly Secret[] | readonly [ByPerson]
  /** In the order in which they are sent. Their paths are made safe and unique for the offer. */
  sources: readonly PeerSource[]
  text?: string | null | undefined
  /** Who sends, as the receiver is to see it. */
  from: string
  /** Kept.transfer of the send that is continued; a new one by default. */
  transfer?: string | undefined
}

export type ReceiptOptions = PeerOptions & {
  secret: Secret | ByPerson
  store: PeerStore
  /** What was kept before a reload. */
  accepted?: Accepted | null | undefined
}

/** Sends the sources to whoever comes through the room with one of the secrets. Throws `too_large` for more than fits one send. */
export const startSend = (options: SendOptions): PeerTransfer => {
  const { sources, from, text = null, transfer = newId(), sha256 = subtleSha256 } = options
  const offer = makeOffer(sources, { transfer, from, text })
  return runTransfer({
    ...options,
    role: 'sender',
    offer,
    timers: options.timers ?? systemTimers,
    makeSide: events => ({ ...createSender({ offer, sources, sha256, events }), accept() {} }),
  })
}

/** Receives what the other seat of the room offers, once accept() was called. */
export const startReceipt = (options: ReceiptOptions): PeerTransfer => {
  const { store, secret, accepted, sha256 = subtleSha256, timers = systemTimers } = options
  return runTransfer({
    ...options,
    role: 'receiver',
    offer: null,
    secrets: [secret],
    timers,
    accepted,
    makeSide: events => createReceiver({ store, sha256, timers, events }),
  })
}
