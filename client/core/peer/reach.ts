import { WherryError } from '../../../protocol/errors.ts'
import type { Stop, Timers } from '../api.ts'
import type { Room } from './api.ts'
import type { OwnLink } from './link/link.ts'

/** A link on which nothing was heard for so long is asked. */
const askMs = 5_000
/** So often in a row without an answer, 20 s in all: whoever is there, as the hub says, cannot be reached. */
const mostUnanswered = 4
/** The same of one who is not there, as the hub says: 3 s in all, within which a page that was loaded anew is back. */
const askAbsentMs = 1_000
const mostUnansweredAbsent = 3

/** Of a first meeting that came to nothing: it is not waited on, because a code is used up by it. */
export const unreachable = () =>
  new WherryError(
    'peer_away',
    'The other side came, but cannot be reached through this hub: nothing of it arrives. Try again later, or through another hub.',
  )

/**
 * `unreached`: nothing is heard of the other side, though the hub says that it is there. `gone`: the hub does not say so
 * either, whatever a way that has not noticed looks like.
 */
export type Reach = 'reached' | 'unreached' | 'gone'

/**
 * Tells whether the other side is heard: a hub that keeps everything back is else the same as people who take their time,
 * and a page that went without a goodbye the same as a slow one. Counts its own ticks, which a page that nobody looks at
 * makes less often.
 */
export const watchReach = (
  {
    room,
    timers,
    link,
  }: { room: Pick<Room, 'present' | 'onPresence'>; timers: Timers; link(): OwnLink | null },
  changed: (reach: Reach) => void,
): Stop => {
  let reach: Reach = 'reached'
  let heard = 0
  let unanswered = 0
  let stopTimer: Stop = () => {}

  const set = (now: Reach) => {
    if (now !== reach) changed(now)
    reach = now
  }

  const judge = (): Reach => {
    if (room.present) return unanswered < mostUnanswered ? 'reached' : 'unreached'
    return unanswered < mostUnansweredAbsent ? 'reached' : 'gone'
  }

  const look = () => {
    const now = link()?.heardFrames ?? 0
    unanswered = now === heard ? unanswered + 1 : 0
    heard = now
    if (unanswered > 0) link()?.ask()
    wait()
    // Last: who hears it may stop this.
    set(judge())
  }
  const wait = () => {
    stopTimer = timers.after(room.present ? askMs : askAbsentMs, look)
  }

  const stopPresence = room.onPresence(present => {
    stopTimer()
    unanswered = 0
    wait()
    if (!present) link()?.ask()
    // Who could not be reached leaves by that, too: what was told stays until the next look.
    else set('reached')
  })
  wait()
  return () => {
    stopPresence()
    stopTimer()
  }
}
