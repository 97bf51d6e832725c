import { Presets, SingleBar } from 'cli-progress'
import { createSpeedometer } from '../../core/speedometer.ts'
import { createStallWatch } from '../../core/stall.ts'
import { formatBytes } from './output.ts'

/** A bar on standard error: `update` as often as you like, `stop` leaves the last state standing. */
export type ProgressBar = {
  /** `movedBytes`: of now, for the speed; by default `bytes`, of which some may have been there before. */
  update(bytes: number, totalBytes: number, label: string, movedBytes?: number): void
  stop(): void
}

const silent: ProgressBar = { update() {}, stop() {} }

/** ` · 41 s left`, or nothing while it cannot be told. */
const timeLeft = (bytes: number, rate: number): string => {
  if (rate <= 0 || bytes <= 0) return ''
  const seconds = Math.ceil(bytes / rate)
  return seconds < 120 ? ` · ${seconds} s left` : ` · ${Math.ceil(seconds / 60)} min left`
}

/** `figures` answers each second what StallWatch.look() takes; a bar without never says that it waits for the network. */
export const createProgressBar = (
  interactive: boolean,
  figures: () => readonly number[] | null = () => null,
): ProgressBar => {
  if (!interactive) return silent
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% · {done} of {all} · {motion} · {label}',
      stream: process.stderr,
      hideCursor: true,
      barsize: 24,
      fps: 5,
    },
    Presets.shades_classic,
  )
  const speed = createSpeedometer()
  const stall = createStallWatch()
  let now = { bytes: 0, totalBytes: 0, label: '', movedBytes: 0 }
  let tick: ReturnType<typeof setInterval> | undefined

  const show = () => {
    const { bytes, totalBytes, label, movedBytes } = now
    speed.measure(movedBytes, performance.now())
    const rate = `${formatBytes(speed.rate)}/s${timeLeft(totalBytes - bytes, speed.rate)}`
    const values = {
      done: formatBytes(bytes),
      all: formatBytes(totalBytes),
      motion: stall.isStalled ? 'waiting for the network' : rate,
      label,
    }
    if (!tick) bar.start(Math.max(1, totalBytes), bytes, values)
    // Also when nothing comes: that is to be seen while it lasts.
    tick ??= setInterval(look, 1000).unref()
    bar.setTotal(Math.max(1, totalBytes))
    bar.update(totalBytes === 0 ? 1 : bytes, values)
  }

  const look = () => {
    stall.look(figures(), performance.now())
    show()
  }

  return {
    update(bytes, totalBytes, label, movedBytes = bytes) {
      now = { bytes, totalBytes, label, movedBytes }
      show()
    },
    stop() {
      clearInterval(tick)
      if (tick) bar.stop()
    },
  }
}
