import type { Stop, Timers } from '../../api.ts'
import type { Acks } from './acks.ts'
import { type Lane, silenceMs } from './lane.ts'
import type { Outbox } from './outbox.ts'
import type { Paths } from './paths.ts'

const tickMs = 50
/** Silent and not yet answering lanes are asked this often. */
const pingMs = 1000
/** A drained carrier that is the only one and brings nothing for so long has lost what it took. */
const lostMs = 10_000

/**
 * Looks, as long as something is on its way, whether it arrives: a lane that is silent for longer than is usual for it is
 * left for another, and what it took goes again there.
 */
export const createWatch = ({
  timers,
  outbox,
  paths,
  acks,
  isLeading,
  pump,
}: {
  timers: Timers
  outbox: Outbox<Lane>
  paths: Paths
  acks: Acks
  isLeading(): boolean
  pump(): void
}) => {
  let stopTimer: Stop | null = null
  /** Ticks without progress, in ms: a tick that comes late because the thread was busy counts once. */
  let quietMs = 0
  /** The lane that is quiet. */
  let judged: Lane | null = null
  let sincePingMs = 0

  const look = () => {
    // A carrier that never drains holds up what it was not given yet.
    const oldest = outbox.oldest ?? (outbox.isEmpty ? null : paths.active)
    quietMs = oldest && oldest === judged ? quietMs + tickMs : 0
    judged = oldest
    if (!oldest || quietMs < silenceMs(oldest)) return
    const hasOther = paths.lanes.some(lane => lane !== oldest && lane.isUp)
    if (hasOther) paths.silent(oldest)
    else if (quietMs < lostMs || oldest.carrier.bufferedBytes > 0) return
    outbox.lose(oldest)
    oldest.isFull = false
    quietMs = 0
    pump()
  }

  const pingQuiet = () => {
    sincePingMs += tickMs
    if (sincePingMs < pingMs) return
    sincePingMs = 0
    for (const lane of paths.lanes) if (!lane.isUp) void acks.ping(lane)
  }

  const tick = () => {
    stopTimer = null
    look()
    pingQuiet()
    paths.tick(!outbox.isEmpty, isLeading())
    if (!outbox.isEmpty || paths.lanes.some(lane => !lane.isUp)) start()
  }

  const start = () => {
    stopTimer ??= timers.after(tickMs, tick)
  }

  return {
    start,
    /** Something was acknowledged, by a frame that came on this lane. */
    progressed(from: Lane): void {
      const { oldest } = outbox
      if (oldest === from) oldest.gapMs = Math.max(quietMs, oldest.gapMs * 0.9)
      // After an unusual silence another lane tells of what came before: the other side may have left this one already.
      else if (oldest && quietMs > Math.max(2 * tickMs, oldest.gapMs)) return
      quietMs = 0
    },
    stop(): void {
      stopTimer?.()
      stopTimer = null
    },
  }
}
