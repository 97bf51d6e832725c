const firstMs = 250
const longestMs = 15_000

/**
 * How long to wait before the n-th new try (from 0): anything up to 250 ms, 500 ms, 1 s and so on to 15 s. Full jitter, so
 * that a thousand clients of a restarted hub do not come back in step.
 */
export const jitteredDelayMs = (attempt: number): number =>
  Math.random() * Math.min(longestMs, firstMs * 2 ** attempt)
