import { limits } from '../../../protocol/limits.ts'
import type { Timers } from '../api.ts'

/** A little more than the second in which the hub counts. */
const secondMs = 1_050

/**
 * Lets signals of one connection go in the order in which they were asked for, and never more than the hub takes in a second:
 * one that it has not answered, or answered less than a second ago, counts, however long the network kept it.
 */
export const createSignalPace = (timers: Timers) => {
  const waiting: (() => void)[] = []
  let counted = 0

  const next = () => {
    while (counted < limits.signalsPerSecond) {
      const go = waiting.shift()
      if (!go) return
      counted += 1
      go()
    }
  }
  return {
    /** Runs `send` when its turn has come, and settles with it. */
    run: (send: () => Promise<void>): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push(() => {
          const answered = () => {
            timers.after(secondMs, () => {
              counted -= 1
              next()
            })
          }
          send().then(resolve, reject).finally(answered)
        })
        next()
      }),
  }
}

export type SignalPace = ReturnType<typeof createSignalPace>
