import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Timers } from '../api.ts'

/** Before the n-th new try to find a room that the hub does not know (yet, after a restart). */
const retryMs = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
/** So long a room that the hub does not know is looked for: its sender may come back later than the receiver. */
const patienceMs = 10 * 60_000

/** `room` in its details tells it from a `not_found` of a file. */
const roomLost = (cause: unknown) =>
  new WherryError(
    'not_found',
    'The hub no longer knows this send, and its sender did not come back within ten minutes.',
    { room: true },
    { cause },
  )

/** A room was given up because the hub does not know it and its sender did not come back: nothing of it was called off. */
export const isRoomLost = (error: unknown): boolean =>
  isReason(error, 'not_found') && error.details.room === true

/** How often and how long a seat is asked for that the hub does not give at once. */
export const createRoomSearch = (timers: Pick<Timers, 'now'>) => {
  let tries = 0
  let sinceMs: number | null = null
  return {
    /** How long to wait until the next try, after this refusal; throws what ends the search. */
    pauseMs(refusal: unknown): number {
      if (!(refusal instanceof WherryError))
        throw new WherryError('internal', undefined, {}, { cause: refusal })
      const { retryAfterMs } = refusal.details
      if (isReason(refusal, 'too_many_requests', 'busy'))
        return typeof retryAfterMs === 'number' ? retryAfterMs : 5_000
      if (!isReason(refusal, 'not_found')) throw refusal
      sinceMs ??= timers.now()
      if (timers.now() - sinceMs > patienceMs) throw roomLost(refusal)
      return retryMs[Math.min(tries++, retryMs.length - 1)] ?? 0
    },
    found(): void {
      tries = 0
      sinceMs = null
    },
  }
}
