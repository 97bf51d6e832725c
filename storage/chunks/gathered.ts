type Waiting<T> = { item: T; resolve: () => void; reject: (error: unknown) => void }

export type GatheredLimits = {
  /** A run does not wait for more than so many items. */
  enough: number
  /** The most items of a run. */
  most: number
}

/**
 * Runs `run` for many items, one run at a time, once none is being made any more or enough are there: a commit costs for
 * one row as much as for many. What is given to it makes an item, or null if there is nothing to run; it resolves when
 * the run did, and rejects as the making or the run.
 */
export const gathered = <T>(
  run: (items: T[]) => Promise<void>,
  { enough, most }: GatheredLimits,
): ((making: Promise<T | null>) => Promise<void>) => {
  const waiting: Waiting<T>[] = []
  let inTheMaking = 0
  let isRunning = false

  const runGroup = async (): Promise<void> => {
    const group = waiting.splice(0, most)
    try {
      await run(group.map(({ item }) => item))
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  const look = async (): Promise<void> => {
    if (isRunning) return
    isRunning = true
    while (waiting.length > 0 && (inTheMaking === 0 || waiting.length >= enough)) await runGroup()
    isRunning = false
  }

  return async making => {
    inTheMaking++
    const made = await making
      .finally(() => inTheMaking--)
      .catch(error => {
        void look()
        throw error
      })
    await new Promise<void>((resolve, reject) => {
      if (made === null) resolve()
      else waiting.push({ item: made, resolve, reject })
      void look()
    })
  }
}
