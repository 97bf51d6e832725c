import type { Writer } from './writer.ts'

const pruneEachMs = 60 * 60 * 1000

/** Where a sweep found no room on the disk, or the like. */
const againMs = 60 * 1000

/**
 * Small background writes: rows of large deleted folders and of copies that were given up, references of contents that
 * nothing has any more, answers that nobody can ask for again, sessions that nobody uses, old history.
 */
export type Upkeep = {
  /** Works off what was deleted or given up, a batch at a time, between the writes of others. */
  sweep(): void
  /** The same, after copies were given up; nothing happens to those that are in a folder. */
  giveUp(copies: readonly string[]): void
  stop(): Promise<void>
}

export const startUpkeep = (writer: Writer): Upkeep => {
  let sweeping: Promise<void> | null = null
  let again = false
  let stopped = false
  let retry: NodeJS.Timeout | undefined
  let givenUp: readonly string[] = []

  const giveUpCopies = async (): Promise<void> => {
    const staged = givenUp
    if (staged.length > 0) await writer.run('copies.giveUp', { staged })
    givenUp = givenUp.slice(staged.length)
  }
  const work = async (): Promise<void> => {
    do {
      again = false
      await giveUpCopies()
      while (!stopped && (await writer.run('removals.sweep', null)));
      while (!stopped && (await writer.run('orphans.sweep', null)));
    } while (again && !stopped)
  }
  const sweep = (): void => {
    again = true
    clearTimeout(retry)
    if (sweeping !== null || stopped) return
    // What fails here fails for every other write too, and is said there.
    const failed = () => {
      retry = setTimeout(sweep, againMs)
      retry.unref()
    }
    sweeping = work()
      .catch(failed)
      .finally(() => {
        sweeping = null
      })
  }
  const pruneHistory = async (): Promise<void> => {
    for (let after: string | null = ''; after !== null && !stopped; )
      after = await writer.run('history.prune', { after })
  }
  const prune = (): void => {
    writer.run('requests.prune', null).catch(() => {})
    writer.run('sessions.prune', null).catch(() => {})
    pruneHistory().catch(() => {})
  }
  const timer = setInterval(prune, pruneEachMs)
  timer.unref()
  // What an earlier run of the hub did not complete. Nothing is begun yet, as writes go in order.
  writer.run('copies.giveUp', { staged: null }).catch(() => {})
  prune()
  sweep()
  return {
    sweep,
    giveUp(copies) {
      givenUp = [...givenUp, ...copies]
      sweep()
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      clearTimeout(retry)
      await sweeping
    },
  }
}
