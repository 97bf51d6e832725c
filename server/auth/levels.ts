import type { Level } from '../../protocol/levels.ts'

/** The level of a user on an entry, against current state; null without any. */
export type LevelOf = (user: string, entry: string) => Promise<Level | null>

/** Remembers levels until they are void. */
export type Levels = {
  of: LevelOf
  /** Rights changed: what was computed, or is being computed, counts no more. */
  forget(): void
}

/** Beyond this many remembered levels all are forgotten. */
const maxRemembered = 100_000

export const createLevels = (read: LevelOf): Levels => {
  let remembered = new Map<string, Promise<Level | null>>()

  const ask = async (key: string, user: string, entry: string): Promise<Level | null> => {
    const asked = remembered
    try {
      const level = await read(user, entry)
      // Rights changed while it was read: the answer may be from before.
      return asked === remembered ? level : of(user, entry)
    } catch (error) {
      asked.delete(key)
      throw error
    }
  }

  const of = (user: string, entry: string): Promise<Level | null> => {
    const key = `${user}/${entry}`
    const known = remembered.get(key)
    if (known !== undefined) return known
    if (remembered.size >= maxRemembered) remembered = new Map()
    const level = ask(key, user, entry)
    remembered.set(key, level)
    return level
  }

  return {
    of,
    forget: () => {
      remembered = new Map()
    },
  }
}
