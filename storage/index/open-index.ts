import { join } from 'node:path'
import type BetterSqlite from 'better-sqlite3'
import { Kysely } from 'kysely'
import type { Entry } from '../../protocol/values.ts'
import type { ChunkId, ChunkIndex } from '../chunks/chunk-store.ts'
import { hasRoom } from '../disk-room.ts'
import { messageOf } from '../message-of.ts'
import type { Actor, Moved, Storage } from '../storage.ts'
import { checkpoint } from './checkpoint.ts'
import { sqliteChunkIndex } from './chunk-index.ts'
import { copyWith } from './copying.ts'
import { openDatabase } from './database.ts'
import { IndexDialect } from './dialect.ts'
import { migrate } from './migrate.ts'
import { sessionsOf, settingsOf, usersOf } from './people.ts'
import { accessReads } from './reads/access.ts'
import { changeReads } from './reads/changes.ts'
import { contentReads } from './reads/contents.ts'
import { filesWith } from './reads/damaged.ts'
import { entryReads } from './reads/entries.ts'
import { placedGrantReads } from './reads/placed-grants.ts'
import { requestReads } from './reads/requests.ts'
import { spaceReads } from './reads/spaces.ts'
import { sqliteCode } from './savepoint.ts'
import type { Tables } from './tables.ts'
import { startUpkeep, type Upkeep } from './upkeep.ts'
import { uploadsOf } from './uploads.ts'
import { startWriter, type Writer } from './writer.ts'
import type { IndexCrash } from './writer-messages.ts'

/** The rows of the storage: everything but the chunks' bytes. */
export type Index = Omit<Storage, 'chunks'> & {
  chunkIndex: ChunkIndex
  /** A sentence for the log that names files which have one of the chunks. */
  filesWith(chunks: readonly ChunkId[]): Promise<string>
}

export type IndexOptions = {
  directory: string
  clock: () => number
  /** How long an unfinished upload is kept after its last byte. */
  uploadsKeptMs: number
  /** Files, folders and unfinished uploads that a space may hold; by default without bound. */
  spaceEntries?: number
  /** The last stop was not a clean one: the file is checked first. */
  unclean: boolean
  crashAt: IndexCrash | null
  warn: (message: string) => void
}

/** Opens the index of a data directory that is locked for this process, bringing its schema up to date first. */
export const openIndex = async (options: IndexOptions): Promise<Index> => {
  const file = join(options.directory, 'index.db')
  const database = await prepare(file, options.unclean)
  const writer = await startWriter({ ...options, file, hasRoom: () => hasRoom(options.directory) })
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  const upkeep = startUpkeep(writer)
  return {
    users: usersOf(db, writer),
    sessions: sessionsOf(db, writer),
    settings: settingsOf(db, writer),
    spaces: spaceReads(db),
    entries: entriesOf(db, writer, upkeep),
    access: accessOf(db, writer),
    changes: changeReads(db),
    uploads: uploadsOf(db, writer, options.uploadsKeptMs, upkeep.sweep),
    contents: contentReads(db),
    requests: requestReads(db),
    chunkIndex: sqliteChunkIndex(db, writer),
    filesWith: chunks => filesWith(db, chunks),
    onCommit: writer.onCommit,
    problem: writer.problem,
    isIndexFull: writer.isFull,
    async close() {
      await upkeep.stop()
      await writer.close()
      database.close()
    },
  }
}

/** Checks the file after an unclean stop and brings it to the newest schema. Answers the connection that reads. */
const prepare = async (file: string, unclean: boolean): Promise<BetterSqlite.Database> => {
  try {
    return await open(file, unclean)
  } catch (error) {
    const code = sqliteCode(error) ?? ''
    const damaged = /^SQLITE_(NOTADB|CORRUPT)/.test(code)
    if (damaged) throw new Error(`The index ${file} is damaged. Restore it from a backup.`, { cause: error })
    if (code === '') throw error
    const words = `The index ${file} cannot be opened (${messageOf(error)}). The user that runs the hub has to be allowed to write in the data directory and to all files in it.`
    throw new Error(words, { cause: error })
  }
}

const open = async (file: string, unclean: boolean): Promise<BetterSqlite.Database> => {
  const database = openDatabase(file, { readonly: false })
  try {
    if (unclean) {
      const answer = database.pragma('quick_check(1)', { simple: true })
      if (answer !== 'ok')
        throw new Error(`The index ${file} is damaged: ${answer}. Restore it from a backup.`)
    }
    await migrate(new Kysely<Tables>({ dialect: new IndexDialect(database) }))
    // On a full disk the first write needs the room in the WAL, and the last one to close would remove it.
    checkpoint(database)
    return openDatabase(file, { readonly: true })
  } finally {
    database.close()
  }
}

const entriesOf = (db: Kysely<Tables>, writer: Writer, upkeep: Upkeep): Storage['entries'] => ({
  ...entryReads(db),
  copy: copyWith(writer, upkeep),
  createFolder: (actor, folder, name, onClash) =>
    writer.run('entries.createFolder', { folder, name, onClash }, actor),
  rename: (actor, entry, name, unchangedSince) =>
    writer.run('entries.rename', { entry, name, unchangedSince }, actor),
  async move(actor, entries, folder, onClash, { unchangedSince, name } = {}) {
    const args = { entries, folder, onClash, unchangedSince, name }
    const moved: Moved | Entry[] = await writer.run('entries.move', args, actor)
    // Of a repetition: an older hub kept the entries alone as its answer.
    return Array.isArray(moved) ? { entries: moved, droppedGrants: 0 } : moved
  },
  async remove(actor, entries, unchangedSince) {
    const removed = await writer.run('entries.remove', { entries, unchangedSince }, actor)
    upkeep.sweep()
    return removed
  },
})

const accessOf = (db: Kysely<Tables>, writer: Writer): Storage['access'] => ({
  ...accessReads(db),
  ...placedGrantReads(db),
  grant: (actor: Actor, entry, subject, level, replaces) =>
    writer.run('access.grant', { entry, subject, level, replaces }, actor),
  revoke: (actor: Actor, entry, subject) => writer.run('access.revoke', { entry, subject }, actor),
})
