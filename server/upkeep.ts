import { WherryError } from '../protocol/errors.ts'
import { accessMs } from './auth/tokens.ts'
import type { Connections } from './connections.ts'
import type { Hub } from './context.ts'

const minuteMs = 60_000
const roomSweepMs = 5000

/** What has to be done from time to time. Returns its stop function. */
export const startUpkeep = (
  {
    storage,
    transfers,
    rooms,
    clock,
    log,
  }: Pick<Hub, 'storage' | 'clock' | 'log'> & {
    rooms: Pick<Hub['rooms'], 'sweep'>
    transfers: { uploads: Pick<Hub['transfers']['uploads'], 'ended'> }
  },
  connections: Connections,
): (() => void) => {
  const touchSessions = async (): Promise<void> => {
    const seen = new Map<string, string>()
    for (const { principal, address } of connections.all()) {
      if (principal?.kind === 'user') seen.set(principal.session, address)
    }
    const at = clock()
    if (seen.size > 0)
      await storage.sessions.touch([...seen].map(([session, address]) => ({ session, at, address })))
  }

  const giveUpUploads = async (): Promise<void> => {
    const over = new WherryError('not_found', 'The time of that upload is over.')
    for (const { id, user } of await storage.uploads.expire(clock())) transfers.uploads.ended(user, id, over)
  }

  const attempt = (what: string, work: () => Promise<unknown>) => () => {
    work().catch(error => log.error({ err: error }, `${what} failed`))
  }

  const timers = [
    setInterval(() => rooms.sweep(), roomSweepMs),
    // A client that only watches renews in time too; one that does not is gone, or was told not to.
    setInterval(() => connections.closeExpired(clock(), accessMs), minuteMs),
    setInterval(attempt('noting when sessions were seen', touchSessions), 5 * minuteMs),
    setInterval(attempt('giving up old uploads', giveUpUploads), 30 * minuteMs),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}
