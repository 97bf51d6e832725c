import type { Level } from '../protocol/levels.ts'
import type {
  Change,
  ChunkRef,
  Entry,
  Grant,
  GrantCursor,
  OnClash,
  PlacedGrant,
  Space,
  UnfinishedUpload,
  User,
} from '../protocol/values.ts'
import type { ChunkStore } from './chunks/chunk-store.ts'

/**
 * The hub's storage: an index of rows and a store of chunks. Everything that changes rows runs in the writer's
 * transactions (storage/index/writer.ts): it is durable when its promise resolves, and a failed one left nothing.
 * Rows are found by scope and id together. Times are epoch milliseconds. Failures are WherryErrors.
 */
export type Storage = {
  users: Users
  sessions: Sessions
  spaces: Spaces
  entries: Entries
  access: AccessRights
  changes: Changes
  uploads: Uploads
  contents: Contents
  requests: Requests
  chunks: ChunkStore
  /** Called after each commit, in commit order, before the promises of its writes resolve. Returns its stop function. */
  onCommit(listener: (commit: Commit) => void): () => void
  /** Small facts about this hub: `setup_token_hash`, `chunking_seed`, signing keys and the like. */
  settings: Settings
  /** Null while all is well, else a sentence: the index or the chunk store takes no more writes. */
  problem(): string | null
  /** The last change of the index found no room on the disk; the next may. */
  isIndexFull(): boolean
  close(): Promise<void>
}

/** What a commit says about itself: a bell, not a message. Whoever needs the rows reads them. */
export type Commit = {
  /** The new change number of each space that changed. */
  seqs: ReadonlyMap<string, number>
  /** Grants, accounts or the tree above entries changed: levels that were computed before are void. */
  rights: boolean
  /** Entries on which, and below which, somebody's level may be another one now; by the space in which they were. */
  rightsAt: readonly { entry: string; space: string }[]
  /** Grants that were given, changed or revoked, or whose entry was deleted, moved or renamed: on which entry, and to whom; null: to everyone. */
  grants: readonly { entry: string; space: string; user: string | null }[]
  /** Folders that were renamed or moved. */
  movedFolders: readonly string[]
  /** Sessions that ended. */
  endedSessions: readonly {
    session: string
    reason: 'logout' | 'revoked' | 'reused' | 'disabled' | 'password'
  }[]
}

/**
 * Who makes a change, and the client-made id under which a repetition of the call has the same effect and answer:
 * writes marked (once) that changed something keep their answer under `user` + `requestId` for 24 hours. Null: no such promise was asked for.
 * `answerOnly`: the user has no right to the change itself, only to the answer that is kept; `not_found` without one.
 * `authority`: what the change was authorised by, which is asked again in its transaction.
 */
export type Actor = { user: string; requestId: string | null; answerOnly?: true; authority?: Authority }

/** A session that has not ended, of a user who is not disabled, is an administrator if `administrator` is set, and has all the levels. */
export type Authority = { session: string; administrator: boolean; levels: readonly NeededLevel[] }

/** A level on each of some entries, or on the folder that an upload of the user goes to. */
export type NeededLevel = { level: Level } & ({ entries: readonly string[] } | { upload: string })

/** Of writes marked (once). */
export type Requests = {
  /** The user made a request under this id and its effect is committed. The write itself gives the answer again. */
  has(user: string, requestId: string): Promise<boolean>
}

export type Settings = {
  get(key: string): Promise<string | null>
  set(key: string, value: string | null): Promise<void>
  /** The value there, or `value` if there was none, atomically. */
  setIfAbsent(key: string, value: string): Promise<string>
}

export type NewUser = {
  email: string
  name: string
  passwordHash: string
  role: 'admin' | 'member'
  quotaBytes: number | null
}

export type Users = {
  /** True once an administrator exists. */
  hasAdministrator(): Promise<boolean>
  /** Makes the first administrator with a personal space and removes the setting `setup_token_hash`; `already_set_up` if there is one. */
  setUp(user: NewUser): Promise<User>
  /** (once) `conflict` if the e-mail address is taken. */
  create(actor: Actor, user: NewUser): Promise<User>
  get(id: string): Promise<User | null>
  /** For sign-in: by folded e-mail address. */
  findByEmail(email: string): Promise<(User & { passwordHash: string }) | null>
  list(after: string | null, limit: number): Promise<{ users: User[]; next: string | null }>
  /** (once) Ends the user's sessions too. `conflict` for the last enabled administrator, `not_found`. */
  setDisabled(actor: Actor, user: string, disabled: boolean): Promise<User>
  /** The actor's own. Ends all sessions of the user but `keepSession`; answers how many. */
  setPasswordHash(actor: Actor, hash: string, keepSession: string): Promise<number>
  /** (once) Of any account. Ends all sessions of the user; answers how many. `not_found`. */
  resetPasswordHash(actor: Actor, user: string, hash: string): Promise<number>
}

export type SessionRow = {
  id: string
  user: string
  agent: string
  address: string
  createdAt: number
  lastSeenAt: number
}

export type Sessions = {
  create(session: { user: string; agent: string; address: string; refreshHash: string }): Promise<SessionRow>
  /** A session that has not ended, of a user who is not disabled. */
  get(id: string): Promise<SessionRow | null>
  list(user: string): Promise<SessionRow[]>
  /**
   * Exchanges a refresh token for the next one. A token stays good until its successor was used, so that an answer lost
   * on the way signs nobody out; for `graceMs` after that too, for tabs that race. Later use is a theft: the session ends
   * (reason `reused`) and `session_ended` is thrown. `unauthenticated` for an unknown token.
   */
  rotate(refreshHash: string, nextHash: string, graceMs: number): Promise<SessionRow>
  /** False if there was no such session of that user. */
  end(user: string, session: string, reason: 'logout' | 'revoked'): Promise<boolean>
  touch(sessions: readonly { session: string; at: number; address: string }[]): Promise<void>
}

export type Spaces = {
  /** Spaces whose root the user can read, with the level; of that name, if one is given. At most one more than `limits.listItems`. */
  visibleTo(user: string, name?: string): Promise<Space[]>
  /**
   * Entries of other spaces on which a grant gives the user a level and whose space's root is not visible to the user, those
   * with a grant to the user before those with grants to everyone only. Limited as visibleTo() is, and to spaces of that name.
   */
  sharedWith(
    user: string,
    name?: string,
  ): Promise<{ entry: Entry; level: Level; spaceName: string; path: string[] }[]>
  get(id: string): Promise<Space | null>
  seq(id: string): Promise<number>
}

export type ListPage = {
  order: 'name' | 'size' | 'modified'
  descending: boolean
  after: string | null
  limit: number
}

/** `droppedGrants`: how many were on the entries or in them, and did not come along. */
export type Moved = { entries: Entry[]; droppedGrants: number }

/** Of what is in folders, at any depth. */
export type Sum = { files: number; folders: number; bytes: number }

export type Entries = {
  get(id: string): Promise<Entry | null>
  /** From the root of the space down to the entry itself, with the level the user has on each. */
  path(user: string, id: string): Promise<{ id: string; name: string; level: Level | null }[]>
  /** Those of the folders that are one of `tops`, lie below one at any depth, or are there no more. */
  below(tops: readonly string[], folders: readonly string[]): Promise<string[]>
  /** Those of the entries that are there, and all folders above them. */
  above(ids: readonly string[]): Promise<string[]>
  /** Where an entry is, as `space:path`: for the log. */
  place(id: string): Promise<string | null>
  /** The entry at a path of names below the root, whoever may see it: the caller checks. */
  resolve(space: string, path: readonly string[]): Promise<Entry | null>
  /** A page, folders first. `invalid_params` for a cursor that list() did not make. */
  list(
    folder: string,
    page: ListPage,
  ): Promise<{ seq: number; entries: Entry[]; next: string | null; total: number }>
  /** A page of the files below a folder whose current version has a damaged chunk, by id. */
  damagedBelow(
    folder: Entry,
    after: string | null,
    limit: number,
  ): Promise<{ entries: string[]; next: string | null }>
  /** All files and folders below a folder, depth first in name order, by pages: for zips. `path` is relative to it. */
  walk(folder: string): AsyncIterable<{ entry: Entry; path: string }>
  /** What is in folders, by parts to be added up. Nothing is in a file; what is in two of them counts twice. */
  sums(ids: readonly string[]): AsyncIterable<Sum>
  /** (once) */
  createFolder(
    actor: Actor,
    folder: string,
    name: string,
    onClash: 'fail' | 'keepBoth' | 'reuse',
  ): Promise<{ entry: Entry; created: boolean }>
  /** (once) `conflict` if somebody else changed it after that change number of its space. */
  rename(actor: Actor, id: string, name: string, unchangedSince?: number): Promise<Entry>
  /** (once) `unchangedSince`: as for rename. `name`: of a single entry there. */
  move(
    actor: Actor,
    ids: readonly string[],
    folder: string,
    onClash: 'fail' | 'keepBoth',
    options?: { unchangedSince?: number | undefined; name?: string | undefined },
  ): Promise<Moved>
  /** (once) `name`: of a single entry there. */
  copy(
    actor: Actor,
    ids: readonly string[],
    folder: string,
    onClash: 'fail' | 'keepBoth',
    options?: { name?: string | undefined },
  ): Promise<Entry[]>
  /** (once) Answers how many entries went, with all that was in them. `conflict` if anything of that changed since, by whoever. */
  remove(actor: Actor, ids: readonly string[], unchangedSince?: number): Promise<number>
}

export type GrantSubject = { kind: 'everyone' } | { kind: 'user'; user: string }

export type GrantPage = { grants: PlacedGrant[]; next: GrantCursor | null }

export type AccessRights = {
  /** The highest level that ownership or any grant on the entry or above it gives; null for none or no such entry. */
  level(user: string, entry: string): Promise<Level | null>
  list(entry: string): Promise<Grant[]>
  /** A page of the grants on an entry and on all that is in it; a page may have fewer than `limit` and go on. */
  below(entry: Pick<Entry, 'id' | 'space'>, after: GrantCursor | null, limit: number): Promise<GrantPage>
  /** A page of the grants to a user and to everyone, in the spaces of others. */
  givenTo(user: string, after: GrantCursor | null, limit: number): Promise<GrantPage>
  /** (once) `conflict` if the subject has another level on this very entry than `replaces`; null: than none. */
  grant(
    actor: Actor,
    entry: string,
    subject: GrantSubject,
    level: Level,
    replaces?: Level | null,
  ): Promise<Grant>
  /** (once) False if there was nothing to revoke. */
  revoke(actor: Actor, entry: string, subject: GrantSubject): Promise<boolean>
}

export type Changes = {
  /** Of one folder, after `since`, oldest first. `reset` if that history was pruned. `seq`: complete up to here. */
  ofFolder(
    folder: string,
    since: number,
    limit: number,
  ): Promise<{ seq: number; reset: boolean; changes: Change[]; more: boolean }>
  /** Of a whole space with `after` < seq, oldest first, at most `limit`. */
  ofSpace(space: string, after: number, limit: number): Promise<{ folder: string; change: Change }[]>
}

export type UploadRow = Omit<UnfinishedUpload, 'bound'> & {
  user: string
  content: string
  declaredChunks: number
}

export type NewUpload = {
  id: string
  folder: string
  name: string
  size: number
  modifiedAt: number
  onClash: OnClash
}

export type SmallFile = {
  name: string
  size: number
  hash: string
  type: string
  modifiedAt: number
  onClash: OnClash
}

export type SmallFileResult =
  | { ok: true; entry: Entry; unchanged: boolean }
  | { ok: false; reason: 'name_taken' | 'quota_exceeded'; message: string }

export type Uploads = {
  /**
   * Reserves the quota, as long as its user is not disabled and may write there: after that it is given back at once, and
   * reserved again by open(), resume(), declare() or commit(), `quota_exceeded` if there is no room for it then. What was
   * stored is kept all the while. The same id by the same user with the same fields again is the same upload; with others `conflict`.
   */
  open(actor: Actor, upload: NewUpload): Promise<UploadRow>
  /** Reserves what was given back. Null if there is no such upload. */
  resume(actor: Actor, id: string): Promise<UploadRow | null>
  get(user: string, id: string): Promise<UploadRow | null>
  list(user: string): Promise<UploadRow[]>
  /**
   * Appends chunk references at `from`; what was declared there before has to be equal (`conflict` otherwise), and a
   * hole or more bytes than the size is `conflict` too. Answers which are not stored. Known ones count as stored only
   * if this upload has them, or if the user may read the whole target space and a version in it has them.
   */
  declare(actor: Actor, id: string, from: number, chunks: readonly ChunkRef[]): Promise<number[]>
  chunks(id: string, from: number, limit: number): Promise<{ hash: string; size: number; stored: boolean }[]>
  /**
   * One transaction whose cost does not grow with the file. `incomplete` with `{ missing: number[] }` (the first 100).
   * Repeating a commit that succeeded answers the same for 24 hours.
   */
  commit(actor: Actor, id: string, type: string): Promise<{ entry: Entry; unchanged: boolean }>
  /** Ends it and gives its quota back. */
  cancel(actor: Actor, id: string): Promise<void>
  /** Ends those whose time is over; answers which were unfinished. */
  expire(now: number): Promise<{ id: string; user: string }[]>
  /** (once) Makes one-chunk files visible whose chunks are durable already. Each file succeeds or fails by itself. */
  putMany(actor: Actor, folder: string, files: readonly SmallFile[]): Promise<SmallFileResult[]>
  /** Which of these a folder has already, with the same name and content and no damage; and how many entries it has. */
  findMany(
    folder: string,
    files: readonly Pick<SmallFile, 'name' | 'size' | 'hash'>[],
  ): Promise<{ entries: (Entry | null)[]; total: number }>
}

export type ContentInfo = {
  version: string
  content: string
  entry: string
  size: number
  chunks: number
  digest: string
  type: string
  /** The file's own date, as the version's uploader gave it. */
  modifiedAt: number
  createdAt: number
}

export type Contents = {
  /** The current version of a file, or the named one of it. Null if there is none. */
  ofEntry(entry: string, version: string | null): Promise<ContentInfo | null>
  /** The references of a content from an index on, in order. */
  chunks(content: string, from: number, limit: number): Promise<ChunkRef[]>
  /** The chunk that holds the byte at `position`, and where in the content it starts. Null behind the end. */
  locate(content: string, position: number): Promise<{ index: number; start: number } | null>
}
