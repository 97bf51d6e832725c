import type { Timers } from './api.ts'

const longestTimeoutMs = 2 ** 31 - 1

/** The clock and timers of the machine. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimeoutMs))
    return () => clearTimeout(timer)
  },
}
