import type { Stop, Timers } from '../../api.ts'
import { createListeners } from '../../listeners.ts'
import type { TransferStatus } from '../api.ts'

/** Progress is told this often at most, because a page draws itself anew each time; a change of phase at once. */
const tellMs = 250

export type StatusBoard = {
  readonly now: TransferStatus
  set(change: Partial<TransferStatus>): void
  onChange(listener: () => void): Stop
}

/** How a transfer stands, for whoever shows it. */
export const createStatus = (timers: Timers): StatusBoard => {
  const listeners = createListeners<void>()
  let stopTimer: Stop | null = null
  let now: TransferStatus = {
    phase: 'pairing',
    offer: null,
    comparison: null,
    path: null,
    doneBytes: 0,
    arrivedBytes: 0,
    totalBytes: 0,
    doneFiles: 0,
    movedBytes: 0,
    error: null,
  }
  const tell = () => {
    stopTimer?.()
    stopTimer = null
    listeners.emit()
  }
  return {
    get now() {
      return now
    },
    set(change) {
      const before = now
      now = { ...now, ...change }
      const isNews = (['phase', 'path', 'offer', 'comparison', 'error'] as const).some(
        key => before[key] !== now[key],
      )
      if (isNews) tell()
      else stopTimer ??= timers.after(tellMs, tell)
    },
    onChange: listeners.add,
  }
}
