import { isReason, type WherryError } from '../../../protocol/errors.ts'
import type { HubClient, Stop, Timers, TransferLink } from '../api.ts'
import { createRoomSearch } from './room-search.ts'

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
  let isStopped = false
  const search = createRoomSearch(timers)

  const retryAfter = (ms: number) => {
    stopTimer()
    stopTimer = timers.after(ms, () => void sit())
  }

  const refused = (error: unknown) => {
    // The next connection, or sign-in, tries again.
    if (isReason(error, 'disconnected', 'unauthenticated', 'session_ended', 'session_expired', 'closing'))
      return
    try {
      retryAfter(search.pauseMs(error))
    } catch (final) {
      failed(final as WherryError)
    }
  }

  const sit = async () => {
    const own = epoch
    try {
      const present = await take()
      if (isStopped || own !== epoch) return
      isSeated = true
      search.found()
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
