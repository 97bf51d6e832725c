/** Work that is asked for from many places: one round after the other, and one more for whatever was asked during one. */
export type Rounds = {
  ask(): void
  /** Resolves when the last round is over. */
  stop(): Promise<void>
}

/** Where a round found no room on the disk, or the like: what fails here fails for every other write too, and is said there. */
const againMs = 60 * 1000

export const createRounds = (round: (isStopped: () => boolean) => Promise<void>): Rounds => {
  let running: Promise<void> | null = null
  let isAsked = false
  let isStopped = false
  let retry: NodeJS.Timeout | undefined

  const run = async (): Promise<void> => {
    try {
      while (isAsked && !isStopped) {
        isAsked = false
        await round(() => isStopped)
      }
    } catch {
      retry = setTimeout(ask, againMs)
      retry.unref()
    } finally {
      running = null
    }
  }
  const ask = (): void => {
    if (isStopped) return
    isAsked = true
    clearTimeout(retry)
    running ??= run()
  }
  return {
    ask,
    async stop() {
      isStopped = true
      clearTimeout(retry)
      await running
      clearTimeout(retry)
    },
  }
}
