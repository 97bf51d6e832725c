import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'

/**
 * Holds a data directory for this process alone. The lock is the operating system's, on `lock.db`: it ends with the
 * process, however that dies. Throws a sentence if another process has it. Returns the release.
 */
export const lockDirectory = (directory: string): (() => void) => {
  const database = new BetterSqlite(join(directory, 'lock.db'), { timeout: 0 })
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    throw new Error(`Another hub is running on the data directory ${directory}.`, { cause: error })
  }
  return () => {
    database.close()
  }
}
