import { randomInt } from 'node:crypto'
import { limits } from '../../protocol/limits.ts'

/** The numbers of codes. A number names at most one room at a time. */
export type Slots = {
  /** A random free number, a short one where there is any; null if all are taken. */
  take(room: string): number | null
  /** The room that the number admits to. */
  roomOf(slot: number): string | null
  /** The room that the number admitted to, for as long as it is not given out again. */
  usedFor(slot: number): string | null
  /** Admits nobody from now on, but is not given out again before `until`: who comes late should not meet strangers. */
  use(slot: number, until: number): void
  free(slot: number): void
  /** Gives out again what was used and is over. */
  sweep(now: number): void
}

/** Numbers of one or two digits as long as there are some, then of three, then all. */
const tiers = [99, 999, limits.slots] as const

export const createSlots = (random: (below: number) => number = randomInt): Slots => {
  const rooms = new Map<number, string>()
  const used = new Map<number, { room: string; until: number }>()

  /** The first free number from a random one on. */
  const freeUpTo = (max: number): number | null => {
    const start = random(max)
    for (let step = 0; step < max; step++) {
      const slot = ((start + step) % max) + 1
      if (!rooms.has(slot) && !used.has(slot)) return slot
    }
    return null
  }

  const choose = (): number | null => {
    for (const max of tiers) {
      const slot = freeUpTo(max)
      if (slot !== null) return slot
    }
    // Better a number that was used a moment ago than none.
    const [oldest = null] = used.keys()
    return oldest
  }

  return {
    take: room => {
      const slot = choose()
      if (slot === null) return null
      used.delete(slot)
      rooms.set(slot, room)
      return slot
    },
    roomOf: slot => rooms.get(slot) ?? null,
    usedFor: slot => used.get(slot)?.room ?? null,
    use: (slot, until) => {
      used.set(slot, { room: rooms.get(slot) ?? '', until })
      rooms.delete(slot)
    },
    free: slot => {
      rooms.delete(slot)
    },
    sweep: now => {
      for (const [slot, { until }] of used) if (until <= now) used.delete(slot)
    },
  }
}
