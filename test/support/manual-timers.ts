import type { Timers } from '../../client/core/api.ts'

export type ManualTimers = Timers & {
  /** Lets time pass, running what falls due in order; what a timer sets off is settled before the next one runs. */
  pass(ms: number): Promise<void>
  readonly waiting: number
}

/** Lets everything that is only waiting for promises run. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A clock that stands still until the test lets time pass. */
export const manualTimers = (): ManualTimers => {
  let nowMs = 0
  const waiting = new Set<{ atMs: number; run: () => void }>()
  const nextUntil = (endMs: number) =>
    [...waiting].filter(timer => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
  return {
    now: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run }
      waiting.add(timer)
      return () => void waiting.delete(timer)
    },
    async pass(ms) {
      const endMs = nowMs + ms
      await settle()
      for (let timer = nextUntil(endMs); timer; timer = nextUntil(endMs)) {
        waiting.delete(timer)
        nowMs = timer.atMs
        timer.run()
        await settle()
      }
      nowMs = endMs
      await settle()
    },
    get waiting() {
      return waiting.size
    },
  }
}
