import type { Logger } from 'pino'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { WherryError } from '../../protocol/errors.ts'
import { emailKey } from '../../protocol/names.ts'
import type { Config } from '../config.ts'
import { addressKey } from '../transport/addresses.ts'

/** Bounds how often passwords and tokens can be tried. */
export type LoginLimits = {
  /** Counts a call that costs much; throws `too_many_requests` above the limit of its address. */
  countGuarded(address: string): Promise<void>
  /**
   * Counts a sign-in as failed before it is known, so that many at once are counted too. Throws `too_many_requests`
   * above the limits.
   */
  attempt(address: string, account: string): Promise<void>
  /** It was a success: takes it back, and forgets this address's failures with this account. */
  succeeded(address: string, account: string): Promise<void>
}

const quarterHour = 15 * 60

const refuse = (waitMs: number): never => {
  throw new WherryError('too_many_requests', undefined, { retryAfterMs: waitMs })
}

/** `reached` is called at the first refusal only. */
const consume = async (
  limiter: RateLimiterMemory,
  key: string,
  reached: () => void = () => {},
): Promise<void> => {
  try {
    await limiter.consume(key)
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    if (error.consumedPoints === limiter.points + 1) reached()
    refuse(error.msBeforeNext)
  }
}

/** The limits are counted in memory: a restart of the hub forgets them. `log` is told of each that is reached. */
export const createLoginLimits = (
  config: Pick<Config, 'loginFailuresPerAccount' | 'loginFailuresPerAddress' | 'loginsPerMinute'>,
  log: Pick<Logger, 'warn'>,
): LoginLimits => {
  const guarded = new RateLimiterMemory({ points: config.loginsPerMinute, duration: 60 })
  const perPair = new RateLimiterMemory({ points: config.loginFailuresPerAccount, duration: quarterHour })
  // An account by itself is limited more loosely, so that a stranger cannot lock its owner out so easily.
  const perAccount = new RateLimiterMemory({
    points: config.loginFailuresPerAccount * 10,
    duration: quarterHour,
  })
  const perAddress = new RateLimiterMemory({ points: config.loginFailuresPerAddress, duration: quarterHour })
  const keyed = (address: string, account: string) => {
    const folded = emailKey(account)
    const from = addressKey(address)
    return [
      { limiter: perPair, key: `${from} ${folded}` },
      { limiter: perAccount, key: folded },
      { limiter: perAddress, key: from },
    ]
  }
  return {
    countGuarded: address => consume(guarded, addressKey(address)),
    attempt: async (address, account) => {
      const reached = () =>
        log.warn(
          { email: account, address },
          'too many failed sign-ins: more are refused for up to 15 minutes',
        )
      for (const { limiter, key } of keyed(address, account)) await consume(limiter, key, reached)
    },
    succeeded: async (address, account) => {
      const [pair, ...others] = keyed(address, account)
      if (pair !== undefined) await pair.limiter.delete(pair.key)
      for (const { limiter, key } of others) await limiter.reward(key)
    },
  }
}
