import { limits } from '../../../protocol/limits.ts'

export const firstBytes = 128 * 1024
/** Whoever is this fast is given more at once, and whoever takes that long less: it is what breaks with a connection. */
const shortMs = 1000
const longMs = 2000

/** How much small files are sent in one call: all that is allowed on a fast link, little on a slow one. */
export type BatchSize = {
  readonly bytes: number
  /** How long a batch took from its first byte until it was durable. */
  took(bytes: number, ms: number): void
  /** One broke with its connection: what follows may be slower. */
  lost(): void
  /** How many at once: after a loss the next one shows first that it gets through. */
  readonly mostAtOnce: number
}

export const createBatchSize = (): BatchSize => {
  let most = firstBytes
  let mostAtOnce = Number.POSITIVE_INFINITY
  return {
    get bytes() {
      return most
    },
    get mostAtOnce() {
      return mostAtOnce
    },
    took(bytes, ms) {
      mostAtOnce = Number.POSITIVE_INFINITY
      if (ms > longMs) most = Math.max(firstBytes, most / 2)
      else if (ms < shortMs && bytes > most / 2) most = Math.min(limits.putManyBytes, most * 2)
    },
    lost() {
      mostAtOnce = 1
      most = firstBytes
    },
  }
}
