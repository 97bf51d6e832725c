import type { Timers } from '../api.ts'

/** Resolves when the work is over, however it ended, or the time. */
export const within = (timers: Timers, ms: number, work: Promise<unknown>): Promise<void> =>
  new Promise(resolve => {
    const stop = timers.after(ms, resolve)
    const over = () => {
      stop()
      resolve()
    }
    work.then(over, over)
  })
