import type { Entry } from '../../protocol/values.ts'
import type { Actor, Storage } from '../storage.ts'
import type { Writer } from './writer.ts'
import type { Copying } from './writes/copy.ts'

/**
 * Copies entries, however many are in them. What is more than one write copies is copied in steps, in between those of
 * others: out of everybody's reach, and into its folder when it is complete. `swept` is told that rows may be left behind.
 */
export const copyWith = (writer: Pick<Writer, 'run'>, swept: () => void): Storage['entries']['copy'] => {
  const running = new Map<string, Promise<Entry[]>>()

  const copyInSteps = async (actor: Actor, copying: Copying): Promise<Entry[]> => {
    const step = { ...actor, requestId: null }
    const { entries, folder } = copying
    const { staged, fillings } = await writer.run('copies.begin', { entries, folder }, step)
    try {
      for (let next = fillings.pop(); next !== undefined; next = fillings.pop())
        fillings.push(...(await writer.run('copies.fill', next, step)))
      return (await writer.run('entries.copy', { ...copying, staged }, actor)) ?? []
    } finally {
      // Not those that are in their folder.
      await writer.run('copies.giveUp', { staged }).then(swept, () => {})
    }
  }

  return async (actor, entries, folder, onClash) => {
    const copying = { entries, folder, onClash }
    const copied = await writer.run('entries.copy', copying, actor)
    if (copied !== null) return copied
    if (actor.requestId === null) return copyInSteps(actor, copying)
    // Asked again while the first one goes on, after a connection broke, it is the same copy.
    const request = JSON.stringify([actor.user, actor.requestId, copying])
    const copy = running.get(request) ?? copyInSteps(actor, copying).finally(() => running.delete(request))
    running.set(request, copy)
    return copy
  }
}
