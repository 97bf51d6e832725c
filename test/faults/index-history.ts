import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { bytesOf, offsetOf, type SystemCall } from './system-calls.ts'

/** What the index says after a commit. `begun` and `ended`: of the write that ended the commit in the WAL. */
export type IndexState = {
  begun: number
  ended: number
  /** Chunks that can be found, by hash, with their bytes in the segments. */
  chunks: Map<string, { segment: number; offset: number; length: number }>
  /** `upload hash` of what unfinished uploads and visible files have. */
  stored: Set<string>
  /** Visible versions of files. */
  versions: Set<string>
}

const walHeaderBytes = 32
const frameHeaderBytes = 24

/** Copies the files of an index that is traced already and not being changed, for indexHistory(). */
export const copyIndex = async (data: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true })
  for (const name of ['index.db', 'index.db-wal']) await copyFile(join(data, name), join(to, name))
}

/**
 * The state that `base` holds, and each that the index passed through after it, oldest first: what was written to the
 * copied files is written to them again, and at the end of each commit SQLite opens what they are then.
 */
export const indexHistory = async (base: string, calls: readonly SystemCall[]): Promise<IndexState[]> => {
  const files = new Map<string, Buffer>()
  for (const name of ['index.db', 'index.db-wal']) files.set(name, await readFile(join(base, name)))
  const states = [{ begun: -1, ended: -1, ...(await stateOf(base, files)) }]
  let commitEnd = 0
  for (const call of [...calls].sort((a, b) => a.ended - b.ended)) {
    const name = basename(call.path)
    const file = files.get(name)
    if (call.name !== 'pwrite64' || call.result <= 0 || !file) continue
    const bytes = bytesOf(call).subarray(0, call.result)
    const offset = offsetOf(call)
    files.set(name, written(file, bytes, offset))
    if (name !== 'index.db-wal') continue
    if (isCommitHeader(bytes, offset)) commitEnd = offset + bytes.length
    else if (offset === commitEnd)
      states.push({ begun: call.begun, ended: call.ended, ...(await stateOf(base, files)) })
  }
  return states
}

const written = (file: Buffer, bytes: Buffer, offset: number): Buffer => {
  const grown = Buffer.alloc(Math.max(file.length, offset + bytes.length))
  file.copy(grown)
  bytes.copy(grown, offset)
  return grown
}

/** SQLite writes the header of a frame, then its page; the last frame of a commit holds the size of the database. */
const isCommitHeader = (bytes: Buffer, offset: number): boolean =>
  bytes.length === frameHeaderBytes && offset >= walHeaderBytes && bytes.readUInt32BE(4) > 0

type State = Omit<IndexState, 'begun' | 'ended'>

const stateOf = async (base: string, files: ReadonlyMap<string, Buffer>): Promise<State> => {
  const directory = `${base}-then`
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory)
  for (const [name, bytes] of files) await writeFile(join(directory, name), bytes)
  const database = new BetterSqlite(join(directory, 'index.db'))
  try {
    return readState(database)
  } finally {
    database.close()
  }
}

type ChunkRow = { hash: Buffer; segment: number; offset: number; length: number }

const readState = (database: BetterSqlite.Database): State => {
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
