import { createRounds } from './rounds.ts'
import type { Writer } from './writer.ts'

const pruneEachMs = 60 * 60 * 1000

/**
 * Small background writes: rows of large deleted folders and of copies that were given up, references of contents that
 * nothing has any more, what uploads reserve whose users may not go on, answers that nobody can ask for again, sessions that
 * nobody uses, old history.
 */
export type Upkeep = {
  /** Works off what was deleted or given up, a batch at a time, between the writes of others. */
  sweep(): void
  /** The same, after copies were given up; nothing happens to those that are in a folder. */
  giveUp(copies: readonly string[]): void
  stop(): Promise<void>
}

export const startUpkeep = (writer: Writer): Upkeep => {
  let givenUp: readonly string[] = []

  const giveUpCopies = async (): Promise<void> => {
    const staged = givenUp
    if (staged.length > 0) await writer.run('copies.giveUp', { staged })
    givenUp = givenUp.slice(staged.length)
  }
  const sweeping = createRounds(async isStopped => {
    await giveUpCopies()
    while (!isStopped() && (await writer.run('removals.sweep', null)));
    while (!isStopped() && (await writer.run('orphans.sweep', null)));
  })
  // Not behind what is swept, which may take long.
  const givingBack = createRounds(async isStopped => {
    for (let after: string | null = ''; after !== null && !isStopped(); )
      after = await writer.run('uploads.giveBack', { after })
  })
  // On its way before whoever took a right hears that it is done: what they ask next finds the room.
  const unfollow = writer.onCommit(({ rights }) => {
    if (rights) givingBack.ask()
  })
  let isStopped = false
  const pruneHistory = async (): Promise<void> => {
    for (let after: string | null = ''; after !== null && !isStopped; )
      after = await writer.run('history.prune', { after })
  }
  const prune = (): void => {
    writer.run('requests.prune', null).catch(() => {})
    writer.run('sessions.prune', null).catch(() => {})
    pruneHistory().catch(() => {})
    givingBack.ask()
  }
  const timer = setInterval(prune, pruneEachMs)
  timer.unref()
  // What an earlier run of the hub did not complete. Nothing is begun yet, as writes go in order.
  writer.run('copies.giveUp', { staged: null }).catch(() => {})
  prune()
  sweeping.ask()
  return {
    sweep: sweeping.ask,
    giveUp(copies) {
      givenUp = [...givenUp, ...copies]
      sweeping.ask()
    },
    async stop() {
      isStopped = true
      clearInterval(timer)
      unfollow()
      await Promise.all([sweeping.stop(), givingBack.stop()])
    },
  }
}
