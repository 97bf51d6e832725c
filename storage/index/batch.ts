import type { Kysely } from 'kysely'
import { isReason } from '../../protocol/errors.ts'
import type { Actor } from '../storage.ts'
import { type OperationName, operations } from './operations.ts'
import { once } from './requests.ts'
import { inSavepoint, isFatal } from './savepoint.ts'
import type { Tables } from './tables.ts'
import { type Effects, noEffects, type Tx, type Write } from './tx.ts'
import { assertAuthority } from './writes/rights.ts'

/** A write on its way to the writer. */
export type Item = {
  id: number
  op: OperationName
  args: unknown
  actor: Actor | null
  now: number
}

export type Outcome = { id: number; ok: true; answer: unknown } | { id: number; ok: false; error: SentError }

/** An error that crosses threads; `reason` is null for a bug. */
export type SentError = {
  reason: string | null
  message: string
  details: Record<string, unknown>
  stack?: string
}

/** Of the first writes: those after them were not begun, as these had taken `batchMs`. */
export type BatchResult = { outcomes: Outcome[]; effects: Effects }

/** `spaceEntries`: what a space may hold, without bound by default. */
type BatchOptions = { spaceEntries?: number; beforeCommit?: () => void }

/** No write is begun in a transaction that has run for so long: others may come before it. */
const batchMs = 50

/**
 * Runs writes in one transaction, as many as it has time for: one that fails leaves nothing, the others go through. Throws
 * if SQLite itself failed, also at the commit: then nothing of the batch is acknowledged.
 * Nearly always all go through, and a savepoint for each would copy every page that it changes: they run a second time, with
 * savepoints, if one of them failed.
 */
export const runBatch = async (
  db: Kysely<Tables>,
  items: readonly Item[],
  options: BatchOptions = {},
): Promise<BatchResult> => {
  try {
    return await inTransaction(db, items, succeed, options)
  } catch (error) {
    const [only] = items
    if (isFatal(error) || only === undefined) throw error
    if (items.length > 1) return inTransaction(db, items, succeedOrLeaveNothing, options)
    return { outcomes: [failed(only, error)], effects: noEffects() }
  }
}

type Run = (tx: Tx, item: Item) => Promise<Outcome>

const inTransaction = (
  db: Kysely<Tables>,
  items: readonly Item[],
  run: Run,
  { spaceEntries = Number.MAX_SAFE_INTEGER, beforeCommit = () => {} }: BatchOptions,
): Promise<BatchResult> =>
  db.transaction().execute(async transaction => {
    const effects = noEffects()
    const outcomes: Outcome[] = []
    const end = performance.now() + batchMs
    for (const item of items) {
      const by = item.actor?.user ?? null
      const tx: Tx = { db: transaction, now: item.now, by, spaceEntries, effects }
      outcomes.push(await run(tx, item))
      if (performance.now() >= end) break
    }
    beforeCommit()
    return { outcomes, effects }
  })

const succeed: Run = async (tx, item) => ({ id: item.id, ok: true, answer: await runOperation(tx, item) })

const succeedOrLeaveNothing: Run = async (tx, item) => {
  try {
    return await inSavepoint(tx, inner => succeed(inner, item))
  } catch (error) {
    if (isFatal(error)) throw error
    return failed(item, error)
  }
}

const failed = ({ id }: Item, error: unknown): Outcome => ({ id, ok: false, error: sendable(error) })

const runOperation = (tx: Tx, { op, args, actor }: Item): Promise<unknown> => {
  const run = async (): Promise<unknown> => {
    if (actor?.authority !== undefined) await assertAuthority(tx, actor.user, actor.authority)
    return (operations[op] as Write<unknown, unknown>)(tx, args)
  }
  if (actor === null || actor.requestId === null) return run()
  const { user, requestId, answerOnly = false } = actor
  return once(tx, { user, requestId, answerOnly, op, args }, run)
}

const sendable = (error: unknown): SentError => {
  if (isReason(error)) return { reason: error.reason, message: error.message, details: error.details }
  if (!(error instanceof Error)) return { reason: null, message: String(error), details: {} }
  return { reason: null, message: error.message, details: {}, stack: error.stack }
}
