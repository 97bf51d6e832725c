import type { WherryError } from '../../protocol/errors.ts'
import type { CallName, EventName, EventParams, ParamsInput, Result } from '../../protocol/table.ts'
import type { Entry, Person, TransferProgress, UnfinishedUpload, User } from '../../protocol/values.ts'

/** Ends what the function that returned it began. Calling it twice is harmless. */
export type Stop = () => void

/** What differs between a browser's WebSocket and Node's: made by client/web/socket.ts and client/node/socket.ts. */
export type SocketFactory = (
  url: string,
  protocol: string,
  events: {
    open(): void
    text(message: string): void
    /** The bytes belong to the receiver. */
    binary(message: Uint8Array<ArrayBuffer>): void
    /** Once, also where it never opened. */
    close(code: number, reason: string): void
  },
) => Socket

export type Socket = {
  /** The bytes may be overwritten once `taken` was called, which may be before it returns; lost ones are taken too. */
  send(message: string | Uint8Array<ArrayBuffer>, taken?: () => void): void
  /** Bytes that send() has taken and the network has not. */
  readonly bufferedBytes: number
  close(): void
}

/** `expiresAt`: milliseconds since 1970, on the hub's clock. */
export type AccessToken = { access: string; expiresAt: number }

/** How a sign-in is kept between runs: an HttpOnly cookie in browsers, a file of mode 0600 for the command line. */
export type Credentials = {
  readonly keep: 'cookie' | 'token'
  /**
   * An access token other than `stale` for what is kept; null if nothing is kept or the hub refused it for good. Throws
   * when offline. `refresh` makes the call session.refresh.
   */
  renew(
    refresh: (token: string) => Promise<Result<'session.refresh'>>,
    stale: string | null,
  ): Promise<AccessToken | null>
  /** Keeps a fresh sign-in. Throws where it cannot be kept. */
  store(signedIn: Result<'session.login'>): Promise<void>
  /** Nothing is kept any more. Throws where that cannot be done. */
  forget(): Promise<void>
}

/**
 * `connecting`: the first try. `live`: signed in. `signedOut`: the hub was reached, nobody is signed in. `reconnecting`: the
 * first try failed or the connection was lost, and is being tried again. `offline`: the same, while the machine says that
 * it has no network. `closed`: by close().
 */
export type ConnectionState = 'connecting' | 'live' | 'signedOut' | 'reconnecting' | 'offline' | 'closed'

/** Time as the client sees it: a test brings its own. */
export type Timers = {
  /** Milliseconds that only go forward. */
  now(): number
  after(ms: number, run: () => void): Stop
}

export type ClientOptions = {
  /** ws:// or wss:// address of the hub's socket. */
  url: string
  socket: SocketFactory
  credentials: Credentials
  /** Says what this is, for the hub's log and the list of sessions: `wherry-web/0.1.0`. */
  agent: string
  /** Milliseconds before the n-th new try; with jitter by default. */
  retryDelayMs?: (attempt: number) => number
  timers?: Timers
}

/** A connection to a hub that heals itself: it signs in again, watches again from its cursors and repeats unanswered calls. */
export type HubClient = {
  readonly state: ConnectionState
  /** Who is signed in, also while the connection is lost; null where nobody is. */
  readonly user: User | null
  /** What the hub said of itself on the latest connection; null before the first. */
  readonly hello: Result<'hub.hello'> | null
  /** Round trip in milliseconds of the latest call that asks for no work: transfers and passwords take their time. */
  readonly latencyMs: number | null
  /** The connection is open, but the hub owes an answer for some seconds: what is known of it may be old. */
  readonly isInDoubt: boolean
  /** May tell the same state again: the connection or the sign-in is another one then. */
  onState(listener: (state: ConnectionState) => void): Stop
  onDoubt(listener: (isInDoubt: boolean) => void): Stop
  /** Resolves with the state when it is one of these; rejects with `cancelled` where the client is closed first. */
  whenState(...states: ConnectionState[]): Promise<ConnectionState>
  /**
   * Makes a call. It waits for the connection, is repeated under the same id after a lost one, and renews an expired
   * sign-in. Rejects with a WherryError: what protocol/table.ts names for the call; `unauthenticated` at once where nobody is
   * signed in and somebody has to be; `cancelled` when the signal aborts or the client is closed; `disconnected` with
   * `retry: false`.
   */
  call<N extends CallName>(name: N, params: ParamsInput<N>, options?: CallOptions): Promise<Result<N>>
  /** Events of the hub as they come. What it said while the connection was lost does not come later. */
  on<N extends EventName>(name: N, listener: (params: EventParams<N>) => void): Stop
  /** Signs in and keeps that. Rejects as `session.login` does, or where it cannot be kept. */
  signIn(email: string, password: string): Promise<User>
  /** Makes the first administrator, with the token that the hub printed, and signs in. Rejects as `account.setup` does. */
  setUp(account: { token: string; email: string; name: string; password: string }): Promise<User>
  /** Forgets what is kept, and ends the session where the hub can be reached. Rejects where it cannot be forgotten. */
  signOut(): Promise<void>
  /** Tries at once instead of waiting for the next try: for `online`, `pageshow` and `visibilitychange`. */
  wake(): void
  /** Stays connected although nobody is signed in, until every hold has ended: for guests of rooms. */
  hold(): Stop
  /** Whether the machine says that it has a network, for `online` and `offline`; tries at once either way. */
  setOnline(online: boolean): void
  /** For good: what waits fails with `cancelled`. */
  close(): void
}

/** `retry`: waits for a connection, and is repeated after a lost one; true by default. */
export type CallOptions = { signal?: AbortSignal; retry?: boolean }

/** What the transfers need of a connection besides calls. Made by the same factory as HubClient. */
export type TransferLink = Pick<HubClient, 'state' | 'hello' | 'call' | 'on' | 'onState' | 'whenState'> & {
  /** Sends a binary message now; its bytes may be overwritten once `taken` was called. Throws `disconnected` if not. */
  sendBinary(message: Uint8Array<ArrayBuffer>, taken?: () => void): void
  /** Slices of binary messages, as they come. */
  onSlice(
    stream: number,
    listener: (slice: {
      index: number
      offset: number
      last: boolean
      bytes: Uint8Array<ArrayBuffer>
    }) => void,
  ): Stop
  /** A stream number that is free on this connection. */
  newStream(): number
  /** Counts the connections and sign-ins of the link: streams and credit are void when it changes. */
  readonly epoch: number
  readonly bufferedBytes: number
}

/** A folder that is always as the hub has it: pages, then changes, across disconnects. */
export type LiveFolder = {
  readonly folder: string
  /**
   * `loading`: pages are still coming. `stale`: the connection is lost. `gone`: deleted, or no longer readable; it goes on by
   * itself where that was not for ever.
   */
  readonly status: 'loading' | 'live' | 'stale' | 'gone'
  /** In the chosen order, folders first. Replaced, never changed in place. */
  readonly entries: readonly Entry[]
  /** Entries that the folder has, loaded or not. */
  readonly total: number
  /** Who else has it open. */
  readonly people: readonly Person[]
  /** Uploads of others (and of this user's other devices) that run into it. */
  readonly uploads: readonly TransferProgress[]
  get(id: string): Entry | undefined
  /** The entry whose name is the same to the hub: without case, composed or not. */
  find(name: string): Entry | undefined
  /** By name, ascending, until it is called. */
  setOrder(order: FolderOrder): void
  readonly order: FolderOrder
  /** Also without an entry in it: when the status, the order, the people or the uploads are others. */
  onChange(listener: (change: FolderChange) => void): Stop
  /** Resolves when close() is called. */
  readonly closed: Promise<void>
  close(): void
}

/** Folders come before files either way. */
export type FolderOrder = { by: 'name' | 'size' | 'modified'; descending: boolean }
/** `added` are the ids of those in `put` that were not in the folder before. */
export type FolderChange = {
  put: readonly Entry[]
  added: readonly string[]
  removed: readonly string[]
  /** Who removed it, by the id, of what a change of the hub has named. */
  removers: ReadonlyMap<string, Person | null>
  /** It came as a change, to be highlighted, and not while loading. */
  live: boolean
}

/** Bytes to upload: a browser's File, a file of Node. */
export type Source = {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  /** Names this very file on this machine (device and inode), or null: then nothing is remembered about it. */
  readonly identity: string | null
  /**
   * When anything about the file changed, in milliseconds: other than its date nobody can set it (ctime). Null where that is
   * not known.
   */
  readonly changedAt: number | null
  /**
   * The bytes from `start` on, `length` of them. Throws `conflict` if the file changed or is gone; with `length` 0 that is
   * all it does. `into`, at least as long and no longer used by the caller, may be what the answer is a view of.
   */
  read(start: number, length: number, into?: Uint8Array): Promise<Uint8Array>
  /** Lets go of what it holds open; read() may come again. */
  close?(): Promise<void>
}

/** Where a download goes. Chunks arrive verified, in any order; a sink that kept some from an earlier run says so. */
export type Sink = {
  /** Indexes that are there and were verified by the sink against `chunks`. */
  has(
    chunks: readonly { hash: string; size: number }[],
    /** Is told how many bytes were compared so far; what it throws ends that. */
    compared?: (bytes: number) => void,
  ): Promise<ReadonlySet<number>>
  /** `position`: of the chunk's first byte in the file. The bytes may be overwritten when it resolves. */
  write(index: number, position: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** All is there: makes it final. */
  finish(file: { name: string; modifiedAt: number; type: string }): Promise<void>
  /** Keeps what is there for a later run, or throws it away. */
  stop(keep: boolean): Promise<void>
}

export type UploadState =
  | 'queued'
  | 'running'
  | 'paused'
  /** The connection is lost; goes on by itself. */
  | 'waiting'
  /** The name is taken: answer with resolveClash(). */
  | 'clash'
  /** Found unfinished on the hub after a restart; needs its file again: attach(). */
  | 'detached'
  | 'done'
  | 'failed'
  | 'cancelled'

export type UploadItem = {
  readonly id: string
  /** Its upload on the hub, under the same id until a clash begins it anew. */
  readonly upload: string
  readonly name: string
  /** Folders between the target folder and the file, joined with "/"; empty for a file dropped itself. */
  readonly path: string
  /** The folder that was the target of the whole drop. */
  readonly folder: string
  /** Bytes. */
  readonly size: number
  /** Of the file, in milliseconds since 1970. */
  readonly modifiedAt: number
  readonly state: UploadState
  /** Cut and hashed so far. */
  readonly checkedBytes: number
  /** Durable on the hub, whether sent now, earlier or by somebody else. */
  readonly storedBytes: number
  /**
   * Handed to the network in this run, what broken connections then lost in buffers and what was sent again included: never
   * less than what went out, and on a link that breaks often much more than the file has.
   */
  readonly sentBytes: number
  /** Known to the hub, so that they were not sent. */
  readonly reusedBytes: number
  /** With the hub, of chunks that are not whole; goes back by what a lost connection took along. */
  readonly comingBytes: number
  readonly error: WherryError | null
  /** Of the clash, or of the finished upload. */
  readonly entry: Entry | null
  /** The folder on its way, `path` or above, whose name is taken by a file, where that is the clash. */
  readonly takenFolder: string | null
  /** The hub had exactly this already. */
  readonly unchanged: boolean
}

export type UploadRequest = {
  source: Source
  folder: string
  /** Names of folders below `folder`, made when they are missing. */
  path: readonly string[]
  name: string
  /**
   * Where the name is taken: `ask` waits as `clash`, `fail` fails with `name_taken`, `keepBoth` takes a free name, `replace`
   * makes a new version, `skip` ends as `cancelled`.
   */
  onClash: 'ask' | 'fail' | 'keepBoth' | 'replace' | 'skip'
}

/** Of all rows but the cancelled ones; bytes as in UploadItem. */
export type UploadTotals = {
  files: number
  doneFiles: number
  failedFiles: number
  bytes: number
  storedBytes: number
  /** Those of cancelled rows too. */
  sentBytes: number
  reusedBytes: number
  comingBytes: number
}

/** All uploads of one client: small files together, large ones chunk by chunk, as many at once as pay. */
export type UploadQueue = {
  readonly items: readonly UploadItem[]
  readonly totals: UploadTotals
  /** Returns the ids, in order. */
  add(requests: readonly UploadRequest[]): string[]
  /**
   * Makes the folders at these paths below a folder, as far as they are missing; below a name that is taken, and that people
   * are asked about, once they answered. Rejects with `invalid_params` for a name that the hub does not take, after it made
   * the others, and at once with what else fails.
   */
  makeFolders(folder: string, paths: readonly (readonly string[])[]): Promise<void>
  pause(ids?: readonly string[]): void
  resume(ids?: readonly string[]): void
  /** Cancels, or removes a finished row. */
  cancel(ids?: readonly string[]): void
  /** Those that failed. */
  retry(ids?: readonly string[]): void
  /** Where the name of a folder is taken, it speaks for all that is below: there is no replacing. */
  resolveClash(ids: readonly string[], choice: 'keepBoth' | 'replace' | 'skip'): void
  /**
   * Takes over an unfinished upload from the hub; without a source it waits as `detached` for attach(). `onClash` says more
   * of what the hub was told of it: `ask` or `skip` where that is `fail`.
   */
  adopt(upload: UnfinishedUpload, source: Source | null, onClash?: UploadRequest['onClash']): string
  /** Gives a `detached` row its file; others stay as they are. */
  attach(id: string, source: Source): void
  /** At most a few times a second, and at each change of a state. */
  onChange(listener: () => void): Stop
  /** Resolves when no item is queued, running or waiting. */
  whenIdle(): Promise<void>
  close(): void
}

/** Remembers what was uploaded from this machine, so that an unchanged file is not even read again. */
export type UploadMemory = {
  get(key: string): Promise<RememberedFile | null>
  set(key: string, file: RememberedFile): Promise<void>
}

/** The key is hub, user and Source.identity; size, date and `changedAt` have to be equal too. */
export type RememberedFile = {
  /** Bytes. */
  size: number
  /** Milliseconds since 1970, as of the Source. */
  modifiedAt: number
  changedAt: number | null
  /** Entry.digest of this content. */
  digest: string
  chunks: { hash: string; size: number }[]
}

/** Bytes of one file. */
export type DownloadProgress = {
  size: number
  /** Verified and written, of what was sent now. */
  receivedBytes: number
  /** The sink had them. */
  reusedBytes: number
  /** Arrived, and not verified and written; goes back where that fails or a connection is lost. */
  comingBytes: number
}

export type DownloadOptions = {
  signal?: AbortSignal
  /** Of the file; the present one by default. */
  version?: string | null
  /** Where the sink has nothing of it: a small file comes before the first answer. */
  atOnce?: boolean
  onProgress?(progress: DownloadProgress): void
  /** Before anything is asked for: how many bytes of what the sink has were compared so far. */
  onCompared?(bytes: number): void
}
