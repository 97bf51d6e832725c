import { type Kysely, sql } from 'kysely'
import { isReason } from '../../protocol/errors.ts'
import { type OperationName, operations } from './operations.ts'
import { once } from './requests.ts'
import type { Tables } from './tables.ts'
import { type Effects, noEffects, type Tx, type Write } from './tx.ts'

/** A write on its way to the writer. */
export type Item = {
  id: number
  op: OperationName
  args: unknown
  actor: { user: string; requestId: string | null } | null
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

export type BatchResult = { outcomes: Outcome[]; effects: Effects }

/**
 * Runs writes in one transaction, each in a savepoint of its own: one that fails leaves nothing, the others go through.
 * Throws if SQLite itself failed, also at the commit: then nothing of the batch is acknowledged.
 */
export const runBatch = async (
  db: Kysely<Tables>,
  items: readonly Item[],
  beforeCommit: () => void = () => {},
): Promise<BatchResult> =>
  db.transaction().execute(async transaction => {
    const effects = noEffects()
    const outcomes: Outcome[] = []
    for (const item of items) outcomes.push(await runItem(transaction, item, effects))
    beforeCommit()
    return { outcomes, effects }
  })

const runItem = async (db: Kysely<Tables>, item: Item, effects: Effects): Promise<Outcome> => {
  const tx: Tx = { db, now: item.now, by: item.actor?.user ?? null, effects: noEffects() }
  await sql`savepoint item`.execute(db)
  try {
    const answer = await runOperation(tx, item)
    await sql`release item`.execute(db)
    addEffects(effects, tx.effects)
    return { id: item.id, ok: true, answer }
  } catch (error) {
    if (isFatal(error)) throw error
    await sql`rollback to item`.execute(db)
    await sql`release item`.execute(db)
    return { id: item.id, ok: false, error: sendable(error) }
  }
}

const runOperation = (tx: Tx, { op, args, actor }: Item): Promise<unknown> => {
  const write = operations[op] as Write<unknown, unknown>
  if (actor === null || actor.requestId === null) return write(tx, args)
  return once(tx, { user: actor.user, requestId: actor.requestId, op, args }, () => write(tx, args))
}

const addEffects = (sum: Effects, more: Effects): void => {
  for (const [space, seq] of more.seqs) sum.seqs.set(space, seq)
  sum.rights ||= more.rights
  sum.endedSessions.push(...more.endedSessions)
}

/** SQLite's word for what went wrong, or null if the error is not SQLite's. */
export const sqliteCode = (error: unknown): string | null =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('SQLITE_')
    ? error.code
    : null

/** A constraint is the write's own fault; everything else of SQLite's concerns the whole transaction. */
const isFatal = (error: unknown): boolean => {
  const code = sqliteCode(error)
  return code !== null && code !== 'SQLITE_ERROR' && !code.startsWith('SQLITE_CONSTRAINT')
}

export const sendable = (error: unknown): SentError => {
  if (isReason(error)) return { reason: error.reason, message: error.message, details: error.details }
  if (!(error instanceof Error)) return { reason: null, message: String(error), details: {} }
  return { reason: null, message: error.message, details: {}, stack: error.stack }
}
