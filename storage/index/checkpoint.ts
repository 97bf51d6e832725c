import type BetterSqlite from 'better-sqlite3'
import { sqliteCode } from './savepoint.ts'

/** True for an error that goes away when the disk has room again. */
export const isFull = (error: unknown): boolean => sqliteCode(error)?.startsWith('SQLITE_FULL') ?? false

/** Moves what is in the WAL into the file. False where the disk has no room for that now: it stays safe in the WAL. */
export const checkpoint = (database: BetterSqlite.Database): boolean => {
  try {
    database.pragma('wal_checkpoint(passive)')
    return true
  } catch (error) {
    if (isFull(error)) return false
    throw error
  }
}
