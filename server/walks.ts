import { setImmediate } from 'node:timers/promises'
import { fifoLock } from '../storage/fifo-lock.ts'

/** How long one walk goes on before the event loop goes round. */
const turnMs = 4

/** Hands each of what may be very many to `each`; what that throws ends the walk. */
export type Walk = <T>(user: string, items: AsyncIterable<T>, each: (item: T) => void) => Promise<void>

/**
 * Walks through all that is in folders: those of one user one after the other, and of all together only one in each turn of
 * the event loop, for a few milliseconds.
 */
export const createWalk = (): Walk => {
  const turns = fifoLock()
  /** The last walk of each user who has one to come. */
  const lines = new Map<string, Promise<unknown>>()

  const go = async <T>(items: AsyncIterable<T>, each: (item: T) => void): Promise<void> => {
    let endTurn = await turns.acquire()
    let startedAt = performance.now()
    try {
      for await (const item of items) {
        each(item)
        if (performance.now() - startedAt < turnMs) continue
        await setImmediate()
        endTurn()
        endTurn = await turns.acquire()
        startedAt = performance.now()
      }
    } finally {
      endTurn()
    }
  }

  return async (user, items, each) => {
    const walked = (lines.get(user) ?? Promise.resolve()).then(() => go(items, each))
    const settled = walked.catch(() => undefined)
    lines.set(user, settled)
    try {
      await walked
    } finally {
      if (lines.get(user) === settled) lines.delete(user)
    }
  }
}
