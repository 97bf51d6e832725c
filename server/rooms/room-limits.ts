import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Config } from '../config.ts'
import type { Connection } from '../connection.ts'
import { addressKey } from '../transport/addresses.ts'

/** Bounds how often rooms can be guessed, offered and signalled through. Each throws `too_many_requests` above its limit. */
export type RoomLimits = {
  /** Counts a join as a wrong guess before it is known, so that many at once are counted too. */
  guess(address: string, by: 'slot' | 'room'): Promise<void>
  /** It was right. By a slot it still counts a little: whoever tries numbers uses up the codes of others. */
  guessedRight(address: string, by: 'slot' | 'room'): Promise<void>
  offer(user: string): Promise<void>
  signal(connection: Connection): void
}

const quarterHour = 15 * 60

/**
 * What a wrong guess costs, when a slot that was found costs 1. A room's id cannot be guessed: who asks for one that is not
 * there had it before the hub was restarted, and asks again for a while.
 */
const wrongPoints = { slot: 5, room: 1 }

/** Offers of one user in a quarter of an hour: each rings on somebody's screen. */
export const offersPerUser = 60

const consume = async (limiter: RateLimiterMemory, key: string, points = 1): Promise<void> => {
  try {
    await limiter.consume(key, points)
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    throw new WherryError('too_many_requests', undefined, { retryAfterMs: error.msBeforeNext })
  }
}

/** The limits are counted in memory: a restart of the hub forgets them. */
export const createRoomLimits = (
  config: Pick<Config, 'roomGuessesPerAddress'>,
  clock: () => number,
): RoomLimits => {
  const guesses = new RateLimiterMemory({
    points: config.roomGuessesPerAddress * wrongPoints.slot,
    duration: quarterHour,
  })
  const offers = new RateLimiterMemory({ points: offersPerUser, duration: quarterHour })
  /** When each connection sent its last signals, oldest first. */
  const signals = new WeakMap<Connection, number[]>()
  return {
    guess: (address, by) => consume(guesses, addressKey(address), wrongPoints[by]),
    guessedRight: async (address, by) => {
      await guesses.reward(addressKey(address), by === 'slot' ? wrongPoints.slot - 1 : wrongPoints.room)
    },
    offer: user => consume(offers, user),
    signal: connection => {
      const now = clock()
      const recent = (signals.get(connection) ?? []).filter(at => at > now - 1000 && at <= now)
      if (recent.length >= limits.signalsPerSecond) {
        const retryAfterMs = (recent[0] ?? now) + 1000 - now
        throw new WherryError('too_many_requests', undefined, { retryAfterMs })
      }
      signals.set(connection, [...recent, now])
    },
  }
}
