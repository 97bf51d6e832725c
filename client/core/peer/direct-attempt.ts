import type { Stop, Timers } from '../api.ts'
import type { Carrier } from './api.ts'
import { type ChannelCarrier, channelCarrier, readReady, readyMessage } from './channel-carrier.ts'
import { createEarlyMessages } from './early-messages.ts'
import type {
  Candidate,
  Description,
  MakePeerConnection,
  PeerConnection,
  PeerServers,
} from './peer-connection.ts'

/** From the first description to a channel that works. */
const longestSetupMs = 30_000
/** A connection that is broken for so long is given up: 7 s without a network heal by themselves (measured). */
const longestBrokenMs = 15_000
/** Candidates that come close together share an envelope: the hub passes 20 a second. */
const gatherMs = 50
/** Of the other side, for one attempt. */
const mostCandidates = 200
/** Of messages that come before the one that says that the channel works: more than a link has on its way. */
const mostEarlyBytes = 16 * 1024 * 1024

export type Attempt = {
  offer(): void
  take(description: Description): void
  takeCandidates(candidates: readonly Candidate[]): void
  close: Stop
}

/** One try for a direct way: ends by itself when it fails, with `ended`, once. */
export const directAttempt = ({
  make,
  servers,
  timers,
  describe,
  tellCandidates,
  found,
  ended,
}: {
  make: MakePeerConnection
  servers: PeerServers
  timers: Timers
  describe(description: Description): void
  tellCandidates(candidates: readonly Candidate[]): void
  found(carrier: Carrier): void
  ended(): void
}): Attempt => {
  let channel: ChannelCarrier | null = null
  let isClosed = false
  let hasOther = false
  let isOpening = false
  let taken = 0
  const early = createEarlyMessages(mostEarlyBytes)
  const waiting: Candidate[] = []
  const gathered: Candidate[] = []
  let stopGathering: Stop | null = null
  let stopTimer: Stop = timers.after(longestSetupMs, () => close())

  const close = () => {
    if (isClosed) return
    isClosed = true
    stopTimer()
    stopGathering?.()
    early.take()
    channel?.close()
    connection?.close()
    ended()
  }

  const tellGathered = () => {
    stopGathering = null
    tellCandidates(gathered.splice(0))
  }

  let seen: Promise<boolean> | null = null
  /** Asked once: what is told to the other side is what counts here. */
  const seesTurned = (own: PeerConnection) => {
    seen ??= own.isTurned().catch(() => false)
    return seen
  }

  const greet = async () => {
    if (connection) connection.channel.send(readyMessage(await seesTurned(connection)))
  }

  const open = async (theirs: { isTurned: boolean }) => {
    if (isOpening || !connection) return
    isOpening = true
    const isTurned = (await seesTurned(connection)) || theirs.isTurned
    if (isClosed) return
    stopTimer()
    channel = channelCarrier(connection.channel, isTurned ? 'turned' : 'direct')
    for (const message of early.take()) channel.message(message)
    channel.carrier.onClose(close)
    found(channel.carrier)
  }

  const message = (bytes: Uint8Array<ArrayBuffer>) => {
    if (isClosed) return
    const ready = readReady(bytes)
    if (ready) void open(ready)
    else if (channel) channel.message(bytes)
    else if (!early.keep(bytes)) close()
  }

  const state = (now: 'connected' | 'broken' | 'failed') => {
    if (now === 'failed') return close()
    if (!channel) return
    stopTimer()
    if (now === 'broken') stopTimer = timers.after(longestBrokenMs, close)
  }

  let connection: PeerConnection | null = null
  try {
    connection = make(servers, {
      description: description => !isClosed && describe(description),
      candidate(candidate) {
        if (isClosed) return
        gathered.push(candidate)
        stopGathering ??= timers.after(gatherMs, tellGathered)
      },
      state,
      open: () => void greet().catch(close),
      message,
      low: () => channel?.low(),
      close,
    })
  } catch {
    queueMicrotask(close)
  }

  const orClose = (work: Promise<void> | undefined) => void work?.catch(close)

  const add = (candidate: Candidate) => {
    // A candidate that this stack does not understand is one way less.
    connection?.takeCandidate(candidate).catch(() => {})
  }

  return {
    offer: () => orClose(connection?.offer()),
    take(description) {
      orClose(
        connection?.take(description).then(() => {
          hasOther = true
          for (const candidate of waiting.splice(0)) add(candidate)
        }),
      )
    },
    takeCandidates(candidates) {
      for (const candidate of candidates) {
        if (isClosed || taken++ >= mostCandidates) return
        if (hasOther) add(candidate)
        else waiting.push(candidate)
      }
    },
    close,
  }
}
