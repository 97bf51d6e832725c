import { WherryError } from '../../../../protocol/errors.ts'
import type { Stop, Timers } from '../../api.ts'

/** Of chunks that came or may come and are not durable yet: bounds the receiver's memory. */
export const windowBytes = 32 * 1024 * 1024
/** Credit goes back after so much of it, or so long. */
const grantBytes = 4 * 1024 * 1024
const grantMs = 25

/** The leave to send, on the receiver's side: given back only for what is durable. */
export const createGrants = (timers: Timers, tell: (credit: number) => void) => {
  let usedBytes = 0
  let due = 0
  let hasNews = false
  let stopTimer: Stop | null = null

  const flush = () => {
    stopTimer?.()
    stopTimer = null
    if (!hasNews) return
    const credit = due
    due = 0
    hasNews = false
    tell(credit)
  }
  return {
    /** Throws `window_overrun`. */
    use(bytes: number): void {
      usedBytes += bytes
      if (usedBytes > windowBytes) throw new WherryError('window_overrun')
    },
    /** What was used is durable. */
    giveBack(bytes: number): void {
      usedBytes -= bytes
      due += bytes
      hasNews = true
      if (due >= grantBytes) flush()
      else stopTimer ??= timers.after(grantMs, flush)
    },
    flush,
    stop(): void {
      stopTimer?.()
      stopTimer = null
      hasNews = false
    },
  }
}
