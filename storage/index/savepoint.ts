import { CompiledQuery } from 'kysely'
import { type Effects, noEffects, type Tx } from './tx.ts'

const begin = CompiledQuery.raw('savepoint part')
const release = CompiledQuery.raw('release part')
const rollBack = CompiledQuery.raw('rollback to part')

/** Runs a part of a write that leaves nothing if it throws: no rows, and nothing for the commit to say. */
export const inSavepoint = async <Answer>(tx: Tx, run: (tx: Tx) => Promise<Answer>): Promise<Answer> => {
  const inner: Tx = { ...tx, effects: noEffects() }
  await tx.db.executeQuery(begin)
  try {
    const answer = await run(inner)
    await tx.db.executeQuery(release)
    addEffects(tx.effects, inner.effects)
    return answer
  } catch (error) {
    if (isFatal(error)) throw error
    await tx.db.executeQuery(rollBack)
    await tx.db.executeQuery(release)
    throw error
  }
}

const addEffects = (sum: Effects, more: Effects): void => {
  for (const [space, seq] of more.seqs) sum.seqs.set(space, seq)
  sum.rights ||= more.rights
  sum.rightsAt.push(...more.rightsAt)
  sum.grants.push(...more.grants)
  sum.movedFolders.push(...more.movedFolders)
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

/** A constraint or a wrong statement is the write's own fault; everything else of SQLite's concerns the transaction. */
export const isFatal = (error: unknown): boolean => {
  const code = sqliteCode(error)
  return code !== null && code !== 'SQLITE_ERROR' && !code.startsWith('SQLITE_CONSTRAINT')
}
