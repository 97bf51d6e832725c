import type { Stop } from '../../core/api.ts'

/** Runs when the page goes: a connection that is closed is noticed at once by the other side, one that fell silent after long. */
export const onLeave = (run: () => unknown): Stop => {
  const heard = ({ persisted }: PageTransitionEvent) => {
    // A page that is only put aside may come back.
    if (!persisted) run()
  }
  addEventListener('pagehide', heard)
  return () => removeEventListener('pagehide', heard)
}
