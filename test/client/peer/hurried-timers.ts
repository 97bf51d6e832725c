import { systemTimers } from '../../../client/core/timers.ts'

/** A minute of theirs is three seconds. */
export const hurriedTimers = {
  now: () => systemTimers.now() * 20,
  after: (ms: number, run: () => void) => systemTimers.after(ms / 20, run),
}
