import type { Writer } from './writer.ts'

const pruneEachMs = 60 * 60 * 1000

/** Small background writes: rows of large deleted folders and of copies that were given up, references of contents that nothing has any more, answers that nobody can ask for again, sessions that nobody uses, old history. */
export type Upkeep = {
  /** Works off what was deleted or given up, a batch at a time, between the writes of others. */
  sweep(): void
  stop(): Promise<void>
}

export const startUpkeep = (writer: Writer): Upkeep => {
  let sweeping: Promise<void> | null = null
  let again = false
  let stopped = false

  const work = async (): Promise<void> => {
    do {
      again = false
      while (!stopped && (await writer.run('removals.sweep', null)));
      while (!stopped && (await writer.run('orphans.sweep', null)));
    } while (again && !stopped)
  }
  const sweep = (): void => {
    again = true
    if (sweeping !== null || stopped) return
    // What fails here fails for every other write too, and is said there: the rows wait for the next start.
    sweeping = work()
      .catch(() => {})
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
    async stop() {
      stopped = true
      clearInterval(timer)
      await sweeping
    },
  }
}
