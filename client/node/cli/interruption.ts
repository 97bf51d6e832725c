import { WherryError } from '../../../protocol/errors.ts'

export type Interruption = {
  /** Aborts at the first Ctrl+C. */
  signal: AbortSignal
  /** Rejects with `cancelled` when the command did not end by itself in time, or Ctrl+C is pressed again. */
  forced: Promise<never>
  end(): void
}

/** A command that was interrupted has this long to end in order, in milliseconds. */
const graceMs = 5_000

/** What ends a command: Ctrl+C, a service manager, a terminal that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Hears what ends a command, until end(). */
export const onInterrupt = (): Interruption => {
  const stopping = new AbortController()
  const { promise: forced, reject } = Promise.withResolvers<never>()
  // Nobody waits for it before a command runs.
  forced.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const force = () => reject(new WherryError('cancelled'))
  const stop = () => {
    if (stopping.signal.aborted) return force()
    stopping.abort()
    timer = setTimeout(force, graceMs)
  }
  for (const one of signals) process.on(one, stop)
  return {
    signal: stopping.signal,
    forced,
    end() {
      clearTimeout(timer)
      for (const one of signals) process.off(one, stop)
    },
  }
}
