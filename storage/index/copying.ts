import type { Entry } from '../../protocol/values.ts'
import type { Actor, Storage } from '../storage.ts'
import type { Upkeep } from './upkeep.ts'
import type { Writer } from './writer.ts'
import type { Copying } from './writes/copy.ts'
import { fillingsAtOnce } from './writes/copy-steps.ts'

/**
 * Copies entries, however many are in them. What is more than one write copies is copied in steps, in between those of
 * others: out of everybody's reach, and into its folder when it is complete.
 */
export const copyWith = (
  writer: Pick<Writer, 'run'>,
  upkeep: Pick<Upkeep, 'giveUp'>,
): Storage['entries']['copy'] => {
  const running = new Map<string, Promise<Entry[]>>()

  const copyInSteps = async (actor: Actor, copying: Copying): Promise<Entry[]> => {
    const step = { ...actor, requestId: null }
    const { staged, fillings } = await writer.run('copies.begin', copying, step)
    try {
      while (fillings.length > 0) {
        const some = fillings.splice(-fillingsAtOnce).reverse()
        fillings.push(...(await writer.run('copies.fill', { fillings: some }, step)))
      }
      return (await writer.run('entries.copy', { ...copying, staged }, actor)) ?? []
    } finally {
      // Not those that are in their folder.
      upkeep.giveUp(staged)
    }
  }

  return async (actor, entries, folder, onClash, { name } = {}) => {
    const copying = { entries, folder, name, onClash }
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
