import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { HubClient, Stop, Timers, TransferLink } from '../api.ts'

/** Before the n-th new try to find a room that the hub does not know (yet, after a restart). */
const retryMs = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
/** So long a room that the hub does not know is looked for: its sender may come back later than the receiver. */
const patienceMs = 10 * 60_000

export type SeatHost = {
  client: HubClient & TransferLink
  timers: Timers
  /** Takes the seat on the connection of now; says whether the other side is there. */
  take(): Promise<boolean>
  /** The connection was lost, or another has taken its place: what came and went on the old one is over. */
  lost(): void
  taken(present: boolean): void
  /** It cannot be taken again. */
  failed(error: WherryError): void
}

/**
 * Keeps a seat in a room that was taken just now: takes it again on each new connection, signed in or not, and looks for a
 * room that the hub forgot for ten minutes.
 */
export const keepSeat = ({ client, timers, take, lost, taken, failed }: SeatHost) => {
  let epoch = client.epoch
  let isSeated = client.state === 'live' || client.state === 'signedOut'
  let stopTimer: Stop = () => {}
  let tries = 0
  let soughtSinceMs: number | null = null
  let isStopped = false

  const retryAfter = (ms: number) => {
    stopTimer()
    stopTimer = timers.after(ms, () => void sit())
  }

  const refused = (error: unknown) => {
    if (!(error instanceof WherryError))
      return failed(new WherryError('internal', undefined, {}, { cause: error }))
    const { retryAfterMs } = error.details
    if (isReason(error, 'too_many_requests', 'busy'))
      return retryAfter(typeof retryAfterMs === 'number' ? retryAfterMs : 5_000)
    // The next connection, or sign-in, tries again.
    if (isReason(error, 'disconnected', 'unauthenticated', 'session_ended', 'session_expired', 'closing'))
      return
    if (!isReason(error, 'not_found')) return failed(error)
    soughtSinceMs ??= timers.now()
    if (timers.now() - soughtSinceMs > patienceMs) return failed(error)
    retryAfter(retryMs[Math.min(tries++, retryMs.length - 1)] ?? 0)
  }

  const sit = async () => {
    const own = epoch
    try {
      const present = await take()
      if (isStopped || own !== epoch) return
      isSeated = true
      tries = 0
      soughtSinceMs = null
      taken(present)
    } catch (error) {
      if (!isStopped && own === epoch) refused(error)
    }
  }

  const leaveConnection = () => {
    stopTimer()
    if (isSeated) lost()
    isSeated = false
  }

  const stopState = client.onState(state => {
    const isConnected = state === 'live' || state === 'signedOut'
    if (!isConnected || client.epoch !== epoch) leaveConnection()
    if (!isConnected || isSeated) return
    epoch = client.epoch
    void sit()
  })

  return {
    get isSeated() {
      return isSeated
    },
    stop(): void {
      isStopped = true
      stopTimer()
      stopState()
    },
  }
}
