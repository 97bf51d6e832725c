import type { Reason } from '../../protocol/errors.ts'
import type { ChunkId, ChunkPlace } from './chunk-store.ts'
import type { CrashPlan } from './crash.ts'
import type { DataKeys } from './keys.ts'

/** Where a chunk's plain bytes are, or are to be put, in shared memory. */
export type SharedSlice = { memory: SharedArrayBuffer; offset: number; length: number }

/**
 * What a thread can do. `verify`: the bytes hash to the id. `store`: verify, append, sync; answers the place.
 * `read`: fills the slice with verified bytes. `check`: the record at the place verifies.
 */
export type Job =
  | { kind: 'verify' | 'store'; ticket: number; id: ChunkId; plain: SharedSlice }
  | { kind: 'read'; ticket: number; id: ChunkId; place: ChunkPlace; plain: SharedSlice }
  | { kind: 'check'; ticket: number; id: ChunkId; place: ChunkPlace; size: number }

/** One message carries all jobs of a turn. `close`: settle, close the files, end. */
export type ToThread = Job[] | 'close'

/** `internal` carries what a bug threw as its message. */
export type Answer =
  | { ticket: number; ok: true; place: ChunkPlace | null }
  | { ticket: number; ok: false; reason: Reason; message: string }

export type FromThread = { answers: Answer[] } | { opened: number }

export type ThreadData = {
  directory: string
  keys: DataKeys
  /** One 32-bit number, shared: the next free segment number. */
  nextSegment: SharedArrayBuffer
  crashAt: CrashPlan | null
  /** Address of a module that exports `files: SegmentFiles`. */
  files: string
}
