import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'

/** What the index said after a commit, and where in the WAL that commit ends. */
export type IndexState = {
  walEnd: number
  /** Chunks that can be found, by hash, with their bytes in the segments. */
  chunks: Map<string, { segment: number; offset: number; length: number }>
  /** `upload hash` of what unfinished uploads and visible files have. */
  stored: Set<string>
  /** Visible versions of files. */
  versions: Set<string>
}

const headerBytes = 32
const frameHeaderBytes = 24
const pageBytes = 4096
const frameBytes = frameHeaderBytes + pageBytes

/** Copies the index of a hub that does nothing just now, with what is in its WAL. */
export const copyIndex = async (data: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true })
  for (const name of ['index.db', 'index.db-wal']) await copyFile(join(data, name), join(to, name))
  const database = new BetterSqlite(join(to, 'index.db'))
  database.pragma('wal_checkpoint(truncate)')
  database.close()
}

/**
 * Each state the index passed through since `base` was copied from it, oldest first: the WAL is cut behind each of its
 * commits, and SQLite recovers what is left. Commits that were in `base` show as states between them and it.
 */
export const indexHistory = async (base: string, walFile: string): Promise<IndexState[]> => {
  const wal = await readFile(walFile)
  const states: IndexState[] = []
  for (const walEnd of commitEnds(wal))
    states.push({ walEnd, ...(await stateAt(base, wal.subarray(0, walEnd))) })
  return states
}

/** Ends of the frames that end a transaction: they hold the size of the database, and the salts of the WAL's header. */
const commitEnds = (wal: Buffer): number[] => {
  const ends: number[] = []
  const salts = wal.subarray(16, 24)
  for (let at = headerBytes; at + frameBytes <= wal.length; at += frameBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(salts)) break
    if (wal.readUInt32BE(at + 4) > 0) ends.push(at + frameBytes)
  }
  return ends
}

const stateAt = async (base: string, wal: Buffer): Promise<Omit<IndexState, 'walEnd'>> => {
  const directory = `${base}-at`
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory)
  const file = join(directory, 'index.db')
  await copyFile(join(base, 'index.db'), file)
  await writeFile(`${file}-wal`, wal)
  const database = new BetterSqlite(file)
  try {
    return readState(database)
  } finally {
    database.close()
  }
}

type ChunkRow = { hash: Buffer; segment: number; offset: number; length: number }

const readState = (database: BetterSqlite.Database): Omit<IndexState, 'walEnd'> => {
  const chunks = database.prepare<[], ChunkRow>('select hash, segment, offset, length from chunks').all()
  const stored = database
    .prepare<[], { upload: string; hash: Buffer }>(
      `select u.id as upload, r.hash from uploads as u join content_chunks as r on r.content = u.content
       where r.stored = 1`,
    )
    .all()
  const versions = database.prepare<[], string>('select version from entries where kind = 1').pluck().all()
  return {
    chunks: new Map(chunks.map(({ hash, ...place }) => [hash.toString('hex'), place])),
    stored: new Set(stored.map(({ upload, hash }) => `${upload} ${hash.toString('hex')}`)),
    versions: new Set(versions),
  }
}
