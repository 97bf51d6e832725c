import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { PeerMessage } from '../../../protocol/peer.ts'
import type { Timers } from '../api.ts'
import type {
  ByPerson,
  PeerLink,
  PeerOffer,
  PeerTransfer,
  Role,
  Room,
  Secret,
  TransferPhase,
  TransferStatus,
} from './api.ts'
import { createComparing, type KeptComparison } from './comparing.ts'
import type { Connect } from './direct.ts'
import { type Joining, joinPeers } from './joining.ts'
import type { MakeCipher } from './link/sealer.ts'
import { type Reach, unreachable } from './reach.ts'
import { failureOf, namedError, type TransferEvents, type TransferSide } from './transfer/events.ts'
import { offerDigest } from './transfer/offer.ts'
import { createStatus } from './transfer/status.ts'
import { within } from './within.ts'

/** What there is to say to the other side at the end waits so long for a way. */
const longestFarewellMs = 5000
/** A receiver that has all waits for the sender to know. */
const longestLingerMs = 15_000

/** What has to be kept on this device to continue after a reload; told anew whenever it changes. */
export type Kept = {
  room: string
  /** The secret for `{ via: 'again' }`. */
  again: string
  /** PeerOffer.transfer; null on the receiver's side before it is accepted. */
  transfer: string | null
  /** Receiver: offerDigest() of what was accepted; null before. */
  digest: string | null
  /** Of a send to a person. */
  comparison: KeptComparison | null
  /** By this side. */
  paused: boolean
}

/** Of what a receiver kept: the offer that is not asked about again. Without a digest (earlier versions kept none) any of the transfer. */
export type Accepted = { transfer: Kept['transfer']; digest?: Kept['digest'] | undefined }

export type RunningOptions = {
  role: Role
  room: Room
  secrets: readonly (Secret | ByPerson)[]
  connect?: Connect | undefined
  timers: Timers
  makeCipher?: MakeCipher | undefined
  onKeep?: ((kept: Kept) => void) | undefined
  comparison?: KeptComparison | null | undefined
  paused?: boolean | undefined
  onTrust?: ((deviceSecret: string) => void) | undefined
  /** The sender's own. */
  offer: PeerOffer | null
  /** Receiver's. */
  accepted?: Accepted | null | undefined
  makeSide(events: TransferEvents): TransferSide & { accept(): void }
}

type End = { phase: 'done' | 'failed' | 'cancelled'; error: WherryError | null }

/** Files that are of no use for a later run. */
const isForGood = (error: WherryError | null): boolean =>
  error !== null && isReason(error, 'cancelled', 'declined', 'file_changed')

const isSame = ({ transfer, digest = null }: Accepted, offer: PeerOffer): boolean =>
  transfer === offer.transfer && (digest === null || digest === offerDigest(offer))

/** Runs one side of a transfer from pairing to its end, and tells how it stands. */
export const runTransfer = (options: RunningOptions): PeerTransfer => {
  const { role, room, timers, onKeep } = options
  const status = createStatus(timers)
  const finished = Promise.withResolvers<void>()
  const farewell = Promise.withResolvers<void>()
  finished.promise.catch(() => {})
  const isContinued = options.secrets.every(({ via }) => via === 'again')
  let again: string | null = null
  let accepted: Accepted = options.accepted ?? { transfer: null }
  let isAccepted = false
  /** The offer was accepted by an earlier run: nobody is asked again. */
  let wasAccepted = false
  let isRunning = false
  let reach: Reach = 'reached'
  const paused = { here: options.paused ?? false, there: false }
  /** Arrived of chunks that are not durable yet. */
  let comingBytes = 0
  let end: End | null = null
  let isStopped = false
  /** The sender's, until people compared: whoever is in the middle learns no name. */
  let held: PeerLink | null = null
  const comparing = createComparing(status, options)

  const phase = (): TransferPhase => {
    if (end) return end.phase
    if (reach === 'unreached') return 'unreached'
    if (again !== null && comparing.isOpen && (role === 'sender' || status.now.offer === null))
      return 'comparing'
    if ((isContinued || role === 'receiver') && again === null && !room.present) return 'waiting'
    if (again === null || status.now.offer === null) return 'pairing'
    if (!isRunning && wasAccepted) return 'pairing'
    if (reach === 'gone') return 'waiting'
    if (!isRunning) return 'offered'
    if (status.now.path === null) return 'waiting'
    return paused.here || paused.there ? 'paused' : 'running'
  }
  const show = () => status.set({ phase: phase() })

  const showOffer = (offer: PeerOffer) => {
    const totalBytes = offer.files.reduce((sum, { size }) => sum + size, 0)
    status.set({ offer, totalBytes })
  }

  const showBytes = (change: Partial<TransferStatus>) => {
    const { doneBytes, totalBytes } = { ...status.now, ...change }
    status.set({ ...change, arrivedBytes: Math.min(totalBytes, doneBytes + comingBytes) })
  }

  const keep = () => {
    if (again === null) return
    const transfer = role === 'sender' ? (status.now.offer?.transfer ?? null) : accepted.transfer
    const digest = accepted.digest ?? null
    onKeep?.({ room: room.id, again, transfer, digest, comparison: comparing.kept, paused: paused.here })
  }

  /** Says the last message, closes the link when it arrived, and leaves. */
  const finish = async (how: End, last: PeerMessage | null) => {
    if (end || isStopped) return
    end = how
    stopPresence()
    status.set({ phase: how.phase, error: how.error })
    const isDone = how.phase === 'done'
    const hasWay = joining.link !== null && joining.link.path !== null
    if (last && hasWay) await within(timers, longestFarewellMs, side.tell(last))
    await side.stop(!isForGood(how.error)).catch(() => {})
    if (isDone && role === 'receiver') await within(timers, longestLingerMs, farewell.promise)
    else if (hasWay) await within(timers, longestFarewellMs, joining.link?.close() ?? Promise.resolve())
    joining.stop()
    await room.leave().catch(() => {})
    if (how.error) finished.reject(how.error)
    else finished.resolve()
  }

  const failed = (error: WherryError, last: PeerMessage | null) =>
    void finish({ phase: isReason(error, 'cancelled') ? 'cancelled' : 'failed', error }, last)

  const acceptPerson = (trust: boolean) => {
    if (end || !comparing.isOpen) return
    comparing.done(trust, again)
    keep()
    if (held) side.attach(held)
    held = null
    show()
  }

  const acceptOffer = (trust: boolean) => {
    if (isAccepted || end || status.now.offer === null) return
    isAccepted = true
    accepted = { transfer: status.now.offer.transfer, digest: offerDigest(status.now.offer) }
    comparing.done(trust, again)
    keep()
    side.accept()
  }
  const accept = ({ trust = false } = {}) => (role === 'sender' ? acceptPerson(trust) : acceptOffer(trust))

  const side = options.makeSide({
    offered(offer) {
      isAccepted = false
      wasAccepted = isSame(accepted, offer) && !comparing.isOpen
      showOffer(offer)
      show()
      if (wasAccepted) accept()
    },
    running() {
      isRunning = true
      show()
    },
    progress(doneBytes, doneFiles) {
      comingBytes = Math.max(0, comingBytes - (doneBytes - status.now.doneBytes))
      showBytes({ doneBytes, doneFiles })
    },
    moved(bytes) {
      comingBytes += bytes
      showBytes({ movedBytes: status.now.movedBytes + bytes })
    },
    paused(isPaused) {
      paused.there = isPaused
      show()
    },
    done() {
      const { totalBytes, offer } = status.now
      status.set({ doneBytes: totalBytes, arrivedBytes: totalBytes, doneFiles: offer?.files.length ?? 0 })
      void finish({ phase: 'done', error: null }, null)
    },
    endedByPeer: error => failed(error, null),
    failed(cause, file) {
      const error = namedError(cause, status.now.offer, file)
      failed(error, { kind: 'failed', reason: failureOf(cause), file })
    },
  })

  const joining: Joining = joinPeers(
    {
      room,
      role,
      secrets: options.secrets,
      connect: options.connect,
      timers,
      makeCipher: options.makeCipher,
    },
    {
      paired(paired) {
        again = paired.keys.again
        comparing.paired(paired)
        keep()
        show()
      },
      link(link) {
        // A receiver that has all says so again.
        if (end && !(end.phase === 'done' && role === 'receiver')) return
        paused.there = false
        // What of a chunk came over the link before comes again.
        comingBytes = 0
        showBytes({})
        if (role === 'sender' && comparing.isOpen) held = link
        else side.attach(link)
        show()
      },
      path(path) {
        // The ways close one after the other at the end: what stays is what was used.
        if (end) return
        status.set({ path })
        show()
      },
      reach(now) {
        reach = now
        show()
      },
      closed() {
        farewell.resolve()
        failed(new WherryError('peer_left'), null)
      },
      failed: error => {
        farewell.resolve()
        // Whoever gives up first leaves, which is not why.
        const isWhy = again !== null || reach !== 'unreached' || !isReason(error, 'peer_left')
        failed(isWhy ? error : unreachable(), null)
      },
    },
  )

  if (options.offer) showOffer(options.offer)
  if (paused.here) side.setPaused(true)
  const stopPresence = room.onPresence(show)
  show()

  const setPaused = (isPaused: boolean) => {
    if (end || paused.here === isPaused) return
    paused.here = isPaused
    side.setPaused(isPaused)
    keep()
    show()
  }

  return {
    get status() {
      return status.now
    },
    onChange: status.onChange,
    accept,
    decline() {
      if (role === 'sender' && comparing.isOpen)
        failed(new WherryError('not_authentic', 'The emoji were not the same on both sides.'), null)
      else if (role === 'receiver' && !isAccepted)
        failed(new WherryError('cancelled', 'You declined this.', { declined: true }), { kind: 'decline' })
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    cancel: () => failed(new WherryError('cancelled'), { kind: 'cancel' }),
    async stop() {
      if (end || isStopped) return
      isStopped = true
      stopPresence()
      joining.stop()
      await side.stop(true)
    },
    finished: finished.promise,
  }
}
