import type { Timers } from '../../core/api.ts'
import { systemTimers } from '../../core/timers.ts'

/** The system's timers, of which close() ends all: one that is left would keep the process from ending. */
export const runTimers = (): Timers & { close(): void } => {
  const stops = new Set<() => void>()
  let isClosed = false
  return {
    now: systemTimers.now,
    after(ms, run) {
      if (isClosed) return () => {}
      const stopTimer = systemTimers.after(ms, () => {
        stops.delete(stop)
        run()
      })
      const stop = () => {
        stops.delete(stop)
        stopTimer()
      }
      stops.add(stop)
      return stop
    },
    close() {
      isClosed = true
      for (const stop of stops) stop()
    },
  }
}
