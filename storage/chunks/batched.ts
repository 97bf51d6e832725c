/**
 * A function for one item that runs `run` for many: what is asked for while one run is under way goes into the next.
 * Every item gets its run's result or error.
 */
export const batched = <T, R>(run: (items: T[]) => Promise<R>): ((item: T) => Promise<R>) => {
  let waiting: { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = []
  let running = false

  const runAll = async (): Promise<void> => {
    // Let everything that is asked for in this turn be in the first run.
    await null
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const result = await run(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve(result)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    running = false
  }

  return item =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running) return
      running = true
      void runAll()
    })
}
