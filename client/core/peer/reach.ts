import { WherryError } from '../../../protocol/errors.ts'
import type { Stop, Timers } from '../api.ts'
import type { Room } from './api.ts'
import type { OwnLink } from './link/link.ts'

/** A link on which nothing was heard for so long is asked. */
const askMs = 5_000
/** So often in a row without an answer, 20 s in all: whoever is there, as the hub says, cannot be reached. */
const mostUnanswered = 4

/** Of a first meeting that came to nothing: it is not waited on, because a code is used up by it. */
export const unreachable = () =>
  new WherryError(
    'peer_away',
    'The other side came, but cannot be reached through this hub: nothing of it arrives. Try again later, or through another hub.',
  )

/**
 * Tells whether the other side is heard while the hub says that it is there: a hub that keeps everything back is else the
 * same as people who take their time. Counts its own ticks, which a page that nobody looks at makes less often.
 */
export const watchReach = (
  { room, timers, link }: { room: Pick<Room, 'present'>; timers: Timers; link(): OwnLink | null },
  changed: (isReached: boolean) => void,
): Stop => {
  let isReached = true
  let heard = 0
  let unanswered = 0
  let stopTimer: Stop = () => {}

  const set = (now: boolean) => {
    if (now !== isReached) changed(now)
    isReached = now
  }

  const look = () => {
    const now = link()?.heardFrames ?? 0
    unanswered = room.present && now === heard ? unanswered + 1 : 0
    heard = now
    set(unanswered < mostUnanswered)
    if (unanswered > 0) link()?.ask()
    stopTimer = timers.after(askMs, look)
  }

  stopTimer = timers.after(askMs, look)
  return () => stopTimer()
}
