import { accessSync, chmodSync, constants, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { messageOf } from '../message-of.ts'
import { sqliteCode } from './savepoint.ts'

/** Makes a data directory if it is missing, and makes it its owner's alone. Throws a sentence if it cannot. */
export const makeDirectory = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    chmodSync(directory, 0o700)
  } catch (error) {
    throw new Error(
      `The data directory ${directory} cannot be used (${messageOf(error)}). It has to be a directory of the user that runs the hub.`,
      { cause: error },
    )
  }
}

/**
 * Holds a data directory for this process alone. The lock is the operating system's, on `lock.db`: it ends with the
 * process, however that dies. Throws a sentence if another process has it, or that says why it cannot be had. Returns
 * the release.
 */
export const lockDirectory = (directory: string): (() => void) => {
  const file = join(directory, 'lock.db')
  let database: BetterSqlite.Database | null = null
  try {
    // SQLite opens what it may not write for reading only, and then begins exclusive without a lock.
    if (existsSync(file)) accessSync(file, constants.W_OK)
    database = new BetterSqlite(file, { timeout: 0 })
    // A journal on the disk would need room there, for a transaction that writes nothing.
    database.pragma('journal_mode = memory')
    database.exec('begin exclusive')
  } catch (error) {
    database?.close()
    throw new Error(sentenceOf(error, directory, file), { cause: error })
  }
  const held = database
  return () => {
    held.close()
  }
}

const damaged = /^SQLITE_(NOTADB|CORRUPT)/
const unwritable = /^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH)|EACCES|EPERM|EROFS)/

const sentenceOf = (error: unknown, directory: string, file: string): string => {
  const code = codeOf(error)
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return `Another hub is running on the data directory ${directory}.`
  if (damaged.test(code))
    return `The lock file ${file} is damaged. Nothing is kept in it: if no hub runs on the data directory, delete it and start again.`
  if (unwritable.test(code))
    return `The lock file ${file} cannot be opened for writing. The user that runs the hub has to be allowed to write in the data directory and to all files in it.`
  return `The data directory ${directory} cannot be locked (${messageOf(error)}).`
}

const codeOf = (error: unknown): string =>
  sqliteCode(error) ?? (error instanceof Error && 'code' in error ? String(error.code) : '')
