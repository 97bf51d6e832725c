/** A promise with its resolver outside; `settled` tells without waiting. */
export type Deferred<T> = {
  readonly promise: Promise<T>
  readonly settled: boolean
  /** The first call counts. */
  resolve(value: T): void
}

export const deferred = <T>(): Deferred<T> => {
  let settled = false
  let settle: (value: T) => void = () => undefined
  const promise = new Promise<T>(resolve => {
    settle = resolve
  })
  return {
    promise,
    get settled() {
      return settled
    },
    resolve: value => {
      settled = true
      settle(value)
    },
  }
}

/** Counts work that runs, so that someone can wait until there is none. */
export type Tally = {
  add(): void
  done(): void
  /** Resolves when nothing runs. */
  idle(): Promise<void>
}

export const tally = (): Tally => {
  let running = 0
  let waiting: Deferred<void> | null = null
  return {
    add: () => {
      running++
    },
    done: () => {
      running--
      if (running > 0) return
      waiting?.resolve()
      waiting = null
    },
    idle: () => {
      if (running === 0) return Promise.resolve()
      waiting ??= deferred<void>()
      return waiting.promise
    },
  }
}
