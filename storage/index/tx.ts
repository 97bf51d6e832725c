import { randomBytes, randomFillSync } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Commit } from '../storage.ts'
import type { Tables } from './tables.ts'

/** What a write has to work with. It runs alone, inside a transaction and a savepoint of its own. */
export type Tx = {
  db: Kysely<Tables>
  now: number
  /** Who makes the change; null: the hub itself. */
  by: string | null
  /** Files, folders and unfinished uploads that a space may hold. */
  spaceEntries: number
  /** What the commit will say about it, if the write goes through. */
  effects: Effects
}

export type Effects = {
  seqs: Map<string, number>
  rights: boolean
  rightsAt: Commit['rightsAt'][number][]
  grants: Commit['grants'][number][]
  movedFolders: string[]
  endedSessions: EndedSession[]
}
export type EndedSession = Commit['endedSessions'][number]

/** A change of rows as a plain function: only SQL, only through `tx.db`. A WherryError undoes what it did. */
export type Write<Args, Answer> = (tx: Tx, args: Args) => Promise<Answer>

export const noEffects = (): Effects => ({
  seqs: new Map(),
  rights: false,
  rightsAt: [],
  grants: [],
  movedFolders: [],
  endedSessions: [],
})

const pool = Buffer.allocUnsafe(4096)
let pooled = 0

/** Random bytes, drawn from the system some hundreds of ids at a time. */
const randomInto = (target: Buffer, at: number, count: number): void => {
  if (pooled < count) {
    randomFillSync(pool)
    pooled = pool.length
  }
  pool.copy(target, at, pooled - count, pooled)
  pooled -= count
}

/** An id of 128 bits: 6 bytes of time, so that rows of one time lie together in the index, and 10 random ones. */
export const orderedId = (now: number): string => {
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeUIntBE(Math.max(0, now), 0, 6)
  randomInto(bytes, 6, 10)
  return bytes.toString('base64url')
}

/** An id of 128 random bits: for what nobody may guess. */
export const secretId = (): string => randomBytes(16).toString('base64url')
