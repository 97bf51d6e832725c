import { Presets, SingleBar } from 'cli-progress'
import { formatBytes } from './output.ts'

/** A bar on standard error: `update` as often as you like, `stop` leaves the last state standing. */
export type ProgressBar = {
  update(bytes: number, totalBytes: number, label: string): void
  stop(): void
}

const silent: ProgressBar = { update() {}, stop() {} }

/** ` · 41 s left`, or nothing while it cannot be told. */
const timeLeft = (bytes: number, rate: number): string => {
  if (rate <= 0 || bytes <= 0) return ''
  const seconds = Math.ceil(bytes / rate)
  return seconds < 120 ? ` · ${seconds} s left` : ` · ${Math.ceil(seconds / 60)} min left`
}

/** Weight of the newest second in the smoothed rate. */
const smoothing = 0.3

export const createProgressBar = (interactive: boolean): ProgressBar => {
  if (!interactive) return silent
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% · {done} of {all} · {rate}/s{left} · {label}',
      stream: process.stderr,
      hideCursor: true,
      barsize: 24,
      fps: 5,
    },
    Presets.shades_classic,
  )
  let rate = 0
  let last = { at: performance.now(), bytes: 0 }
  let started = false
  return {
    update(bytes, totalBytes, label) {
      if (!started) {
        bar.start(Math.max(1, totalBytes), bytes, { done: '', all: '', rate: '', left: '', label })
        last = { at: performance.now(), bytes }
        started = true
      }
      const seconds = (performance.now() - last.at) / 1000
      if (seconds >= 0.5) {
        const now = (bytes - last.bytes) / seconds
        rate = rate === 0 ? now : rate + smoothing * (now - rate)
        last = { at: performance.now(), bytes }
      }
      bar.setTotal(Math.max(1, totalBytes))
      const values = {
        done: formatBytes(bytes),
        all: formatBytes(totalBytes),
        rate: formatBytes(Math.max(0, rate)),
        left: timeLeft(totalBytes - bytes, rate),
        label,
      }
      bar.update(totalBytes === 0 ? 1 : bytes, values)
    },
    stop() {
      if (started) bar.stop()
    },
  }
}
