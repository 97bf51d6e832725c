/** SHA-256 of the plain bytes in lower-case hexadecimal. */
export type ChunkId = string

/**
 * Bytes in memory that the store's worker threads share, so that chunks cross threads without a copy.
 * Whoever holds it releases it exactly once and touches `bytes` no more.
 */
export type ChunkBuffer = {
  readonly bytes: Uint8Array<SharedArrayBuffer>
  release(): void
}

export type StoreHealth = {
  /** `full`: the disk is; `readOnly`: a write or sync failed, nothing is acknowledged any more until a restart. */
  state: 'writable' | 'full' | 'readOnly'
  /** Why it is not writable, as a sentence. */
  problem: string | null
  /** Why stored chunks cannot be read at the moment, as a sentence. */
  unreadable: string | null
  freeBytes: number
  /** Bytes of memory that allocate() has handed out and that are not released yet. */
  allocatedBytes: number
}

/** A chunk of an unfinished upload, by its index there. */
export type UploadPlace = { upload: string; index: number }

/** A chunk that is there, and what it was received for. */
export type PlacedChunk = UploadPlace & { id: ChunkId }

/** Immutable bytes by their SHA-256. Rules CS1 to CS10: test/contracts/chunk-store.ts. */
export interface ChunkStore {
  /** Room for a chunk of `size` bytes (1 to limits.chunkMaxBytes), contents undefined. */
  allocate(size: number): ChunkBuffer
  /**
   * Durable, and findable after a crash, when it resolves. Twice is a no-op, but a damaged chunk is healed by it.
   * With a place, that chunk of the upload is marked stored in the same commit; an upload that is gone, or that names
   * another chunk there, is ignored.
   * `bytes` must not change until then; shared memory is read in place, other memory is copied.
   * Throws `chunk_mismatch` if the bytes do not hash to `id`, `storage_full`, `storage_read_only`, `busy` if too many files are open.
   */
  put(id: ChunkId, bytes: Uint8Array, place?: UploadPlace): Promise<void>
  /**
   * The verified plain bytes, to be released. Throws `chunk_damaged` if the store has none or they do not verify,
   * `chunk_unreadable` if the system does not give them, `busy` as put().
   */
  get(id: ChunkId): Promise<ChunkBuffer>
  /** Those of `ids` that the store has, undamaged as far as it knows. */
  has(ids: readonly ChunkId[]): Promise<Set<ChunkId>>
  health(): StoreHealth
  /** How many stored chunks are known to be damaged. */
  damagedCount(): Promise<number>
  /** Resolves when what was put is settled and files are closed. */
  close(): Promise<void>
}

/** Where a record lies: `offset` and `length` are those of the whole record in its segment file, in bytes. */
export type ChunkPlace = { segment: number; offset: number; length: number }

export type ChunkRow = ChunkPlace & { id: ChunkId; size: number }

/** `damaged`: what lies there did not verify when it was read last. */
export type MarkedRow = ChunkRow & { damaged: boolean }

/** What the disk store needs from the index: the chunk and segment tables. Adapters: SQLite, memory. */
export interface ChunkIndex {
  /** Where chunks lie, by id; absent ones are left out. */
  find(ids: readonly ChunkId[]): Promise<Map<ChunkId, MarkedRow>>
  /**
   * Adds or re-points rows (a re-put heals) and marks the places stored that are still that chunk's, in one commit; durable
   * when it resolves.
   */
  add(rows: readonly ChunkRow[], placed?: readonly PlacedChunk[]): Promise<void>
  /** Marks chunks damaged, or whole again, that still lie there. */
  mark(rows: readonly ChunkRow[], damaged: boolean): Promise<void>
  /** All that are marked damaged. */
  damaged(): Promise<MarkedRow[]>
  damagedCount(): Promise<number>
  /** For each segment with rows: the end of its last indexed record. */
  segmentEnds(): Promise<Map<number, number>>
  /** Rows of a segment at or behind an offset, by offset: what an unclean stop makes worth verifying. */
  rowsFrom(segment: number, offset: number): Promise<MarkedRow[]>
}
