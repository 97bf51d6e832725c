import type { Item, Outcome } from './batch.ts'
import type { Effects } from './tx.ts'

/** What the main thread and the writer's thread say to each other, as JSON texts: cheaper than structured clones. */
export type ToWriter = { kind: 'items'; items: Item[] } | { kind: 'close' }

export type FromWriter =
  | {
      kind: 'done'
      outcomes: Outcome[]
      effects: Omit<Effects, 'seqs'> & { seqs: [space: string, seq: number][] }
    }
  /** Nothing of these items is in the index. `full`: the disk is; the next write may succeed. */
  | { kind: 'failed'; ids: number[]; full: boolean; message: string }
  | { kind: 'closed' }

/** Steps of a commit at which a test can have the process die. */
const indexCrashPoints = ['beforeCommit', 'committed'] as const
export type IndexCrashPoint = (typeof indexCrashPoints)[number]

export const isIndexCrashPoint = (point: string): point is IndexCrashPoint =>
  (indexCrashPoints as readonly string[]).includes(point)

/** Dies at the point when it was passed `after` times before. */
export type IndexCrash = { point: string; after: number }

export type WriterData = { file: string; spaceEntries: number; crashAt: IndexCrash | null }
