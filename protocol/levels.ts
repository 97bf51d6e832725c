/** What a subject may do with a folder and everything in it, in rising order; each includes those before it. */
export const levels = ['read', 'write', 'delete', 'admin'] as const

export type Level = (typeof levels)[number]

/** True if having `have` is enough where `need` is asked for. */
export const includesLevel = (have: Level | null, need: Level): boolean =>
  have !== null && levels.indexOf(have) >= levels.indexOf(need)

/** The higher of two levels. */
export const higherLevel = (a: Level | null, b: Level | null): Level | null => {
  if (a === null) return b
  return includesLevel(a, b ?? 'read') ? a : b
}
