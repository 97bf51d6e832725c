import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { syncDirectoryNow } from '../chunks/small-files.ts'
import { messageOf } from '../message-of.ts'
import { sqliteCode } from './savepoint.ts'

/** One of them is in every directory that a hub was started in, or that is prepared for one. */
const hubNames = ['lock.db', 'index.db', 'keys.json', 'master.key', 'chunks']

/** Has files, but none of a hub. `lost+found` is in every new file system of some kinds. */
const isForeign = (directory: string): boolean => {
  const names = readdirSync(directory).filter(name => name !== 'lost+found')
  return names.length > 0 && !names.some(name => hubNames.includes(name))
}

/**
 * Makes a data directory if it is missing, and makes it its owner's alone. Throws a sentence if it cannot, or if the
 * directory is in use for something else, which others may have to read.
 */
export const makeDirectory = (directory: string): void => {
  if (makeOrFind(directory))
    throw new Error(
      `The directory ${directory} has files, but none of a hub: its data directory would be closed to all other users. Set WHERRY_DATA to an empty directory, or to one that is not there yet.`,
    )
}

/** Makes the names of the directories from `first` down to `last` survive a power cut. */
const syncAbove = (last: string, first: string): void => {
  for (let made = last; ; made = dirname(made)) {
    syncReadable(dirname(made))
    if (made === first) return
  }
}

/** One that may be written in but not read, such as a drop box, cannot be opened for it: its name is in the system's hands. */
const syncReadable = (path: string): void => {
  try {
    syncDirectoryNow(path)
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error
  }
}

/** Answers whether the directory is foreign; then it is left as it is. */
const makeOrFind = (directory: string): boolean => {
  try {
    const first = mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (first !== undefined) syncAbove(resolve(directory), resolve(first))
    if (isForeign(directory)) return true
    chmodSync(directory, 0o700)
    return false
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
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return `A hub is running on the data directory ${directory}, and has to be stopped first.`
  if (damaged.test(code))
    return `The lock file ${file} is damaged. Nothing is kept in it: if no hub runs on the data directory, delete it and start again.`
  if (unwritable.test(code))
    return `The lock file ${file} cannot be opened for writing. The user that runs the hub has to be allowed to write in the data directory and to all files in it.`
  return `The data directory ${directory} cannot be locked (${messageOf(error)}).`
}

const codeOf = (error: unknown): string =>
  sqliteCode(error) ?? (error instanceof Error && 'code' in error ? String(error.code) : '')
