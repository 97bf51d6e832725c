/** What is made once and used again. */
export type Spare<T> = {
  /** One that was kept, or a new one. */
  take(): T
  /** Gives one back that nobody uses any more. */
  keep(one: T): void
}

/** Keeps `most` for those who need one later: fresh memory costs more than filling it, kept memory is missing elsewhere. */
export const createSpare = <T>(make: () => T, most = Number.POSITIVE_INFINITY): Spare<T> => {
  const kept: T[] = []
  return {
    take: () => kept.pop() ?? make(),
    keep(one) {
      if (kept.length < most) kept.push(one)
    },
  }
}
