import type { Change, OnClash, User } from '../../protocol/values.ts'

/** The index as TypeScript sees it; the SQL is in migrations/. Times are epoch milliseconds, booleans 0 or 1, hashes blobs. */
export type Tables = {
  users: UsersTable
  sessions: SessionsTable
  refresh_tokens: RefreshTokensTable
  spaces: SpacesTable
  entries: EntriesTable
  versions: VersionsTable
  contents: ContentsTable
  content_chunks: ContentChunksTable
  orphans: { content: string }
  /** Deleted folders and copies that were given up, whose parent is null, with rows that are still to go. */
  removals: { folder: string }
  /** Copies, whose parent is null, until they are complete. */
  staged: { entry: string }
  chunks: ChunksTable
  uploads: UploadsTable
  grants: GrantsTable
  changes: ChangesTable
  requests: RequestsTable
  settings: { key: string; value: string }
}

type UsersTable = {
  id: string
  email: string
  /** The folded e-mail address, by which accounts are found and unique. */
  email_key: string
  name: string
  password_hash: string
  role: User['role']
  disabled: number
  created_at: number
}

type SessionsTable = {
  id: string
  user: string
  agent: string
  address: string
  created_at: number
  last_seen_at: number
  ended_at: number | null
}

/** Tokens of a session in generations: writes/sessions.ts says what for. */
type RefreshTokensTable = {
  hash: string
  session: string
  generation: number
  used_at: number | null
}

type SpacesTable = {
  id: string
  kind: 'personal' | 'team'
  owner: string | null
  name: string
  name_key: string
  root: string
  quota: number | null
  /** Bytes of all versions in the space. */
  used: number
  /** Bytes that unfinished uploads reserve. */
  reserved: number
  /** Files and folders but the root, those in `removals` included, and unfinished uploads. */
  entries: number
  seq: number
  /** History up to here is gone. */
  pruned_seq: number
  created_at: number
}

export const folderKind = 0
export const fileKind = 1

type EntriesTable = {
  id: string
  space: string
  /** Null for the root of a space and for what is in `removals`. */
  parent: string | null
  kind: number
  name: string
  name_key: string
  sort_key: string
  size: number
  type: string | null
  digest: string | null
  version: string | null
  /** Entries directly in a folder. */
  children: number
  /** Of a folder: cursors below this are void, because the folder came from another space then. */
  history_from: number
  modified_at: number
  created_at: number
  created_by: string | null
  changed_by: string | null
  seq: number
}

type VersionsTable = {
  id: string
  entry: string
  number: number
  content: string
  size: number
  type: string
  digest: string
  modified_at: number
  created_at: number
  created_by: string | null
}

/** A list of chunk references, immutable once a version has it; copies share it. */
type ContentsTable = {
  id: string
  size: number
  chunks: number
  digest: string
  created_at: number
}

type ContentChunksTable = {
  content: string
  idx: number
  hash: Buffer
  size: number
  /** Where it begins in the content. */
  start: number
  stored: number
}

type ChunksTable = {
  hash: Buffer
  size: number
  segment: number
  offset: number
  length: number
  damaged: number
  stored_at: number
}

type UploadsTable = {
  id: string
  user: string
  space: string
  folder: string
  content: string
  name: string
  size: number
  /** Bytes of the space's quota: the size, or 0 once it is finished or was given back. */
  reserved: number
  modified_at: number
  on_clash: OnClash
  declared_bytes: number
  declared_chunks: number
  stored_bytes: number
  stored_chunks: number
  /** The digest chain over what is declared (protocol/digest.ts). */
  digest: string
  created_at: number
  touched_at: number
  expires_at: number
  /** JSON of what commit answered; null while unfinished. */
  answer: string | null
}

type GrantsTable = {
  entry: string
  /** That of the entry. */
  space: string
  /** A user's id, or empty for everyone. */
  subject: string
  /** Place in protocol/levels.ts. */
  level: number
  granted_at: number
  granted_by: string | null
}

type ChangesTable = {
  space: string
  seq: number
  folder: string
  entry: string
  kind: Change['kind']
  by: string | null
  at: number
}

type RequestsTable = {
  user: string
  request_id: string
  op: string
  args_hash: string
  answer: string
  at: number
}
