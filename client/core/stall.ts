/** So long without any movement of what is under way is a wait for the network. */
export const stalledMs = 15_000

/** Tells when nothing moves of what should. */
export type StallWatch = {
  readonly isStalled: boolean
  /** `figures` change whenever something moves; null while nothing is under way. To be called every second or so. */
  look(figures: readonly number[] | null, nowMs: number): void
}

export const createStallWatch = (): StallWatch => {
  let before: string | null = null
  let movedAtMs = 0
  let isStalled = false
  return {
    get isStalled() {
      return isStalled
    },
    look(figures, nowMs) {
      const now = figures?.join() ?? null
      if (now === null || now !== before) movedAtMs = nowMs
      before = now
      isStalled = nowMs - movedAtMs >= stalledMs
    },
  }
}
