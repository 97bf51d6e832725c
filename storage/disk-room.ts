import { statfsSync } from 'node:fs'
import { limits } from '../protocol/limits.ts'
import { messageOf } from './message-of.ts'
import type { Storage } from './storage.ts'

/** Of a disk that was full, when it is tried again: only a write finds out whether it has room. */
export const roomBytes = 16 * limits.chunkMaxBytes

export const fullDiskWords = `The disk of the hub is full: it takes uploads again when ${roomBytes / 2 ** 20} MiB are free. Existing files stay readable.`

/** Where the directory cannot be reached only a write can find out whether there is room. */
export const roomIn = (directory: string): { freeBytes: number; problem: string | null } => {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return { freeBytes: bavail * bsize, problem: null }
  } catch (error) {
    const problem = `The directory of the segments cannot be reached: ${messageOf(error)}`
    return { freeBytes: Number.POSITIVE_INFINITY, problem }
  }
}

/** A write that found room on a full disk does not end that: it may have been the last that fits. */
export const hasRoom = (directory: string): boolean => roomIn(directory).freeBytes >= roomBytes

/** No byte is free, or a chunk or the index found no room and less than roomBytes are free since. */
export const isDiskFull = ({ chunks, isIndexFull }: Pick<Storage, 'chunks' | 'isIndexFull'>): boolean => {
  const { state, freeBytes } = chunks.health()
  return freeBytes === 0 || ((state === 'full' || isIndexFull()) && freeBytes < roomBytes)
}

const codes = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])
/** SQLite's words where a file could not be made, grown or read, whatever the system said. */
const vague = /^SQLITE_(CANTOPEN|IOERR)/

const codesOf = (error: unknown): string[] => {
  if (!(error instanceof Error)) return []
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...own, ...codesOf(error.cause)]
}

/** True for an error that goes away when the disk has room again. */
export const needsRoom = (error: unknown): boolean => codesOf(error).some(code => codes.has(code))

/** Neither a block nor, where the file system counts them, a file is free. */
const hasNoRoom = (directory: string): boolean => {
  const { bavail, files, ffree } = statfsSync(directory)
  return bavail === 0 || (files > 0 && ffree === 0)
}

/**
 * The sentence for a start that failed, if a full disk is why. A stop leaves the files that SQLite opens the index with in
 * their place, so that the next start finds room in them; after a restored backup, for one, they have to be made.
 */
export const fullDiskError = (error: unknown, directory: string): Error | null => {
  const isFull = needsRoom(error) || (codesOf(error).some(code => vague.test(code)) && hasNoRoom(directory))
  if (!isFull) return null
  return new Error(
    `The disk of the data directory ${directory} is full: a start needs about 1 MiB and four new files on it. Make room on it, and start again: nothing is lost.`,
    { cause: error },
  )
}
