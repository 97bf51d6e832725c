import type { WherryError } from '../../../protocol/errors.ts'
import type { Stop, Timers } from '../api.ts'
import type { ByPerson, Carrier, CarrierKind, PairKeys, PeerLink, Role, Room, Secret } from './api.ts'
import type { Connect } from './direct.ts'
import { createLink, type OwnLink } from './link/link.ts'
import { createSealer, type MakeCipher, type Sealer } from './link/sealer.ts'
import { pair } from './pairing/pairing.ts'
import type { Paired } from './pairing/pairing-sides.ts'
import { sealedSignals } from './pairing/sealed-signals.ts'
import { type Reach, watchReach } from './reach.ts'
import { createSignalRelay } from './signal-relay.ts'
import { asWherryError } from './thrown.ts'

/** Until the relay is asked for again: doubled each time that it is refused, or did not last. */
const firstRelayRetryMs = 100
const longestRelayRetryMs = 5000
const lastingMs = 5000

export type JoiningEvents = {
  /** Keys were made. */
  paired(paired: Paired): void
  /** A link to begin on, or to begin anew on. */
  link(link: PeerLink): void
  path(path: CarrierKind | null): void
  /** Nothing comes from the other side; and `reached` when it is heard again. */
  reach(reach: Reach): void
  /** The other side closed the link. */
  closed(): void
  /** Nothing more will come: the wrong code, something forged, or the room is over and no way is left. */
  failed(error: WherryError): void
}

export type Joining = {
  readonly link: OwnLink | null
  /** Lets go of the link and pairs no more. */
  stop(): void
}

const onAbort = (signal: AbortSignal, run: () => void): Stop => {
  signal.addEventListener('abort', run)
  return () => signal.removeEventListener('abort', run)
}

/**
 * Keeps two peers together: pairs as often as one of them comes anew, and adds the relay and direct ways to their link. The
 * link stays the same as long as both still have it, so that a restarted hub or another network interrupts nothing.
 */
export const joinPeers = (
  {
    room,
    role,
    secrets,
    connect,
    timers,
    makeCipher,
  }: {
    room: Room
    role: Role
    secrets: readonly (Secret | ByPerson)[]
    connect: Connect | undefined
    timers: Timers
    makeCipher?: MakeCipher | undefined
  },
  events: JoiningEvents,
): Joining => {
  const abort = new AbortController()
  const signals = createSignalRelay()
  let link: OwnLink | null = null
  let linkTag: number | null = null
  let relay: Carrier | null = null
  let stopConnect: Stop | null = null
  let isOver = false
  /** The room is over, but the link still has a way. */
  let lateFailure: WherryError | null = null

  const stopReach = watchReach({ room, timers, link: () => link }, events.reach)

  const fail = (error: WherryError) => {
    if (isOver) return
    isOver = true
    stopReach()
    events.failed(error)
  }

  const dropLink = () => {
    stopConnect?.()
    stopConnect = null
    relay?.close()
    relay = null
    link?.abandon()
    link = null
  }

  const pathChanged = (path: CarrierKind | null) => {
    events.path(path)
    if (path === null && lateFailure) fail(lateFailure)
  }

  const newLink = (sealer: Sealer) => {
    dropLink()
    const fresh = createLink(sealer, timers)
    link = fresh
    linkTag = sealer.tag
    fresh.onPath(path => link === fresh && pathChanged(path))
    fresh.onClose(error => {
      if (link !== fresh) return
      if (error) fail(error)
      else events.closed()
    })
    events.link(fresh)
  }

  const openRelay = async (isCurrent: () => boolean, retryMs = firstRelayRetryMs) => {
    const begun = timers.now()
    const again = () => {
      const hasLasted = timers.now() - begun > lastingMs
      const nextMs = hasLasted ? firstRelayRetryMs : Math.min(longestRelayRetryMs, 2 * retryMs)
      timers.after(retryMs, () => void openRelay(isCurrent, nextMs))
    }
    if (!isCurrent()) return
    try {
      relay = null
      const carrier = await room.openRelay()
      if (!isCurrent()) return carrier.close()
      relay = carrier
      link?.addCarrier(carrier)
      carrier.onClose(() => relay === carrier && again())
    } catch {
      again()
    }
  }

  const findDirect = async (isCurrent: () => boolean) => {
    if (!connect || stopConnect) return
    const servers = await room.turn().catch(() => ({ stun: [], turn: null }))
    if (!isCurrent() || stopConnect) return
    stopConnect = connect({ signals, role, servers, onCarrier: carrier => link?.addCarrier(carrier) })
  }

  /** With keys, until the other side has to be paired with again: answers its first envelope, if that came. */
  const meet = async (keys: PairKeys): Promise<string | undefined> => {
    const sealed = sealedSignals(room, keys)
    const again = Promise.withResolvers<string | undefined>()
    const theirs = Promise.withResolvers<unknown>()
    // It may end while nobody waits for it yet.
    again.promise.catch(() => {})
    const isCurrent = { value: true }
    const stops = [
      sealed.onRestart(again.resolve),
      sealed.onFailure(again.reject),
      room.onPresence(present => present && again.resolve(undefined)),
      room.onEnd(again.reject),
      onAbort(abort.signal, () => again.resolve(undefined)),
      sealed.onMessage(message => {
        if (message.kind === 'link') theirs.resolve(message.tag)
        else signals.received(message)
      }),
    ]
    try {
      signals.use(sealed)
      const sealer = await createSealer(keys, makeCipher)
      sealed.send({ kind: 'link', tag: link ? linkTag : null }).catch(() => {})
      const met = await Promise.race([theirs.promise.then(tag => ({ tag })), again.promise])
      if (typeof met !== 'object' || isOver) return met as string | undefined
      if (!link || met.tag !== linkTag) newLink(sealer)
      void openRelay(() => isCurrent.value && !isOver)
      void findDirect(() => isCurrent.value && !isOver)
      return await again.promise
    } finally {
      isCurrent.value = false
      for (const stop of stops) stop()
      signals.use(null)
      sealed.close()
    }
  }

  const run = async () => {
    let known = secrets
    let first: string | undefined
    while (!isOver) {
      const paired = await pair(room, role, known, { signal: abort.signal, timers, first })
      const { keys } = paired
      known = [{ via: 'again', secret: keys.again }]
      events.paired(paired)
      first = await meet(keys)
    }
  }

  run().catch(cause => {
    if (isOver) return
    const error = asWherryError(cause)
    const isForged = error.reason === 'not_authentic' || error.reason === 'wrong_code'
    if (isForged || !link?.path || link.path === 'relayed') fail(error)
    else lateFailure = error
  })

  return {
    get link() {
      return link
    },
    stop() {
      isOver = true
      stopReach()
      abort.abort()
      dropLink()
    },
  }
}
