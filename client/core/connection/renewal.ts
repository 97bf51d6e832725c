import type { Stop, Timers } from '../api.ts'

/** The share of a sign-in's life after which it is renewed. */
const renewAt = 0.8

/** Decides when a sign-in is to be renewed, on the hub's clock, whatever the machine's own says. */
export const createRenewal = (timers: Timers, renew: () => void) => {
  let hubClockOffsetMs = 0
  let stop: Stop = () => {}
  return {
    /** The hub said what time it is. */
    setHubTime(serverTimeMs: number): void {
      hubClockOffsetMs = serverTimeMs - timers.now()
    },
    schedule(expiresAtMs: number): void {
      stop()
      const leftMs = expiresAtMs - (timers.now() + hubClockOffsetMs)
      stop = timers.after(Math.max(0, leftMs * renewAt), renew)
    },
    retryAfter(ms: number): void {
      stop()
      stop = timers.after(ms, renew)
    },
    stop: () => stop(),
  }
}
