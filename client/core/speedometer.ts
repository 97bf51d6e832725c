/** The rate of a transfer: smoothed for a figure, second by second for a graph of the last minute. */
export type Speedometer = {
  /** Bytes a second now, smoothed over some seconds; 0 while nothing moves. */
  readonly rate: number
  /** Bytes a second, oldest first, at most 60. */
  readonly seconds: readonly number[]
  measure(bytes: number, nowMs: number): void
}

const shownSeconds = 60
/** What of an old rate is left after a second: about five seconds until it is forgotten. */
const kept = 0.65
/** So long without a byte is a stop, unless it is not much longer than was usual: on a slow link whole chunks are counted. */
const stillSeconds = 10
const timesUsual = 4
/** Longer gaps are waits. */
const longestGapSeconds = 30

type Mark = { bytes: number; at: number }

export const createSpeedometer = (): Speedometer => {
  const seconds: number[] = []
  let rate = 0
  let last: Mark | null = null
  /** When bytes were last seen to move. */
  let moved: Mark = { bytes: 0, at: 0 }
  /** The longest time between two movements lately. */
  let gap = 0

  const graph = (bytes: number, passed: number) => {
    for (let i = 0; i < Math.min(shownSeconds, Math.round(passed)); i++) seconds.push(bytes / passed)
    seconds.splice(0, Math.max(0, seconds.length - shownSeconds))
  }
  const smooth = (now: Mark) => {
    const still = (now.at - moved.at) / 1000
    const isStop = still >= Math.max(stillSeconds, timesUsual * gap)
    if (isStop) rate = 0
    if (now.bytes === moved.bytes) return
    // How long it took to come is not known of what comes after a stop.
    if (!isStop) {
      const current = (now.bytes - moved.bytes) / still
      rate = rate === 0 ? current : current + kept ** still * (rate - current)
    }
    gap = Math.max(gap / 2, Math.min(still, longestGapSeconds))
    moved = now
  }

  return {
    get rate() {
      return rate
    },
    seconds,
    measure(bytes, nowMs) {
      const now = { bytes, at: nowMs }
      if (last === null || bytes < last.bytes) {
        last = now
        moved = now
        return
      }
      const passed = (nowMs - last.at) / 1000
      if (passed < 1) return
      graph(bytes - last.bytes, passed)
      smooth(now)
      last = now
    },
  }
}
