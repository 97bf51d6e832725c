import { statSync } from 'node:fs'
import { join } from 'node:path'
import { hasSegments } from '../chunks/keys.ts'

/**
 * Throws a sentence if chunks are stored and the index that finds them is not there: SQLite would make an empty one, and
 * remove the WAL of the lost one. No chunk is stored before the index is there, so a first start that was cut short passes.
 */
export const refuseLostIndex = async (directory: string): Promise<void> => {
  const file = join(directory, 'index.db')
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > 0 || !(await hasSegments(directory))) return
  throw new Error(
    `The index ${file} is missing or empty, and the stored chunks cannot be found without it. Restore it from a backup.`,
  )
}
