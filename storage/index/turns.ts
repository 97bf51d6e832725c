import type { Item } from './batch.ts'

/**
 * Writes that wait. Those of one user go in the order in which they came; users take turns, so that many of one let those
 * of others through in between. Writes of the hub itself go first: they are few.
 */
export type Turns = {
  push(items: readonly Item[]): void
  /** The next writes, at most so many; they wait until they are said to be done. */
  next(count: number): Item[]
  /** The first ones of what next() answered. Their users' next ones go behind those of all who came meanwhile. */
  done(items: readonly Item[]): void
}

export const createTurns = (): Turns => {
  const ofHub: Item[] = []
  const byUser = new Map<string, Item[]>()

  const leave = (user: string): void => {
    const queue = byUser.get(user) ?? []
    queue.shift()
    byUser.delete(user)
    if (queue.length > 0) byUser.set(user, queue)
  }

  return {
    push: items => {
      for (const item of items) {
        const queue = item.actor === null ? ofHub : (byUser.get(item.actor.user) ?? [])
        queue.push(item)
        if (item.actor !== null) byUser.set(item.actor.user, queue)
      }
    },
    next: count => {
      const items = ofHub.slice(0, count)
      const queues = [...byUser.values()]
      for (let turn = 0; items.length < count; turn++) {
        const round = queues.flatMap(queue => queue.slice(turn, turn + 1))
        if (round.length === 0) break
        items.push(...round.slice(0, count - items.length))
      }
      return items
    },
    done: items => {
      for (const { actor } of items) {
        if (actor === null) ofHub.shift()
        else leave(actor.user)
      }
    },
  }
}
