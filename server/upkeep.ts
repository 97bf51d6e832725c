import { accessMs } from './auth/tokens.ts'
import type { Connections } from './connections.ts'
import type { Hub } from './context.ts'

const minuteMs = 60_000

/** What has to be done from time to time. Returns its stop function. */
export const startUpkeep = (
  { storage, clock, log }: Pick<Hub, 'storage' | 'clock' | 'log'>,
  connections: Connections,
): (() => void) => {
  const touchSessions = async (): Promise<void> => {
    const seen = new Map<string, string>()
    for (const { principal, address } of connections.all()) {
      if (principal !== null) seen.set(principal.session, address)
    }
    const at = clock()
    if (seen.size > 0)
      await storage.sessions.touch([...seen].map(([session, address]) => ({ session, at, address })))
  }

  const attempt = (what: string, work: () => Promise<unknown>) => () => {
    work().catch(error => log.error({ err: error }, `${what} failed`))
  }

  const timers = [
    // A client that only watches renews in time too; one that does not is gone, or was told not to.
    setInterval(() => connections.closeExpired(clock(), accessMs), minuteMs),
    setInterval(attempt('noting when sessions were seen', touchSessions), 5 * minuteMs),
    setInterval(
      attempt('giving up old uploads', () => storage.uploads.expire(clock())),
      30 * minuteMs,
    ),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}
