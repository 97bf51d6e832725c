/** The rate of a transfer: smoothed for a figure, second by second for a graph of the last minute. */
export type Speedometer = {
  /** Bytes a second now, smoothed over some seconds. */
  readonly rate: number
  /** Bytes a second, oldest first, at most 60. */
  readonly seconds: readonly number[]
  measure(bytes: number, nowMs: number): void
}

const shownSeconds = 60
/** Weight of the latest second in the smoothed rate: about five seconds until an old rate is forgotten. */
const smoothing = 0.35

export const createSpeedometer = (): Speedometer => {
  const seconds: number[] = []
  let rate = 0
  let last: { bytes: number; at: number } | null = null
  return {
    get rate() {
      return rate
    },
    seconds,
    measure(bytes, nowMs) {
      if (last === null || bytes < last.bytes) {
        last = { bytes, at: nowMs }
        return
      }
      const passed = (nowMs - last.at) / 1000
      if (passed < 1) return
      const current = (bytes - last.bytes) / passed
      rate = rate === 0 ? current : rate + smoothing * (current - rate)
      for (let i = 0; i < Math.min(shownSeconds, Math.round(passed)); i++) seconds.push(current)
      seconds.splice(0, Math.max(0, seconds.length - shownSeconds))
      last = { bytes, at: nowMs }
    },
  }
}
