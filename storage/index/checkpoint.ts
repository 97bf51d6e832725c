import type BetterSqlite from 'better-sqlite3'
import { needsRoom } from '../disk-room.ts'

/** Moves what is in the WAL into the file. False where the disk has no room for that now: it stays safe in the WAL. */
export const checkpoint = (database: BetterSqlite.Database): boolean => {
  try {
    database.pragma('wal_checkpoint(passive)')
    return true
  } catch (error) {
    if (needsRoom(error)) return false
    throw error
  }
}
