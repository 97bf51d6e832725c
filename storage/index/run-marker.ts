import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { needsRoom } from '../disk-room.ts'
import { messageOf } from '../message-of.ts'

/**
 * A file that is there while the hub runs: found at the start, it says that the last stop was not a clean one. Durable, or a
 * start after a power cut would take that for a clean stop. Throws a sentence if it cannot be.
 */
export const runMarker = (file: string): { wasRunning: boolean; remove(): void } => {
  const wasRunning = existsSync(file)
  try {
    inFile(file, 'w', note)
    inFile(dirname(file), 'r', fsyncSync)
  } catch (error) {
    throw new Error(`The start cannot be noted in ${file} (${messageOf(error)}).`, { cause: error })
  }
  return { wasRunning, remove: () => rmSync(file, { force: true }) }
}

const inFile = (path: string, flags: 'r' | 'w', run: (fd: number) => void): void => {
  const fd = openSync(path, flags, 0o600)
  try {
    run(fd)
  } finally {
    closeSync(fd)
  }
}

/** The number is for people: where a full disk has no room for it the name says enough. */
const note = (fd: number): void => {
  try {
    writeSync(fd, `${process.pid}\n`)
  } catch (error) {
    if (!needsRoom(error)) throw error
  }
  fsyncSync(fd)
}
