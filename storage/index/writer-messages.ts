import type { Item, Outcome } from './batch.ts'
import type { EndedSession } from './tx.ts'

/** What the main thread and the writer's thread say to each other, as JSON texts: cheaper than structured clones. */
export type ToWriter = { kind: 'items'; items: Item[] } | { kind: 'close' }

export type FromWriter =
  | {
      kind: 'done'
      outcomes: Outcome[]
      seqs: [space: string, seq: number][]
      rights: boolean
      endedSessions: EndedSession[]
    }
  /** Nothing of these items is in the index. `full`: the disk is; the next write may succeed. */
  | { kind: 'failed'; ids: number[]; full: boolean; message: string }
  | { kind: 'closed' }

export type WriterData = { file: string; crashAt: string | null; batchItems: number }
