import { hash } from 'node:crypto'
import { sql } from 'kysely'
import { WherryError } from '../../protocol/errors.ts'
import { prepared } from './prepared.ts'
import type { Tx } from './tx.ts'

/** How long a repeated request gets the first one's answer. */
export const answerKeptMs = 24 * 60 * 60 * 1000

/** A password is salted anew by each try of a call, and copies are made anew: they do not make it another request. */
const ofEachTry = ['passwordHash', 'staged']
const ofRequest = (key: string, value: unknown): unknown => (ofEachTry.includes(key) ? undefined : value)

const rowsChanged = prepared(() => sql<{ count: number }>`select total_changes() as count`)

/** How many rows were changed until now. */
const rowsChangedSoFar = async (tx: Tx): Promise<number> => (await rowsChanged(tx.db, {}))[0]?.count ?? 0

/**
 * Runs a write once for each user and request id: a repetition gets the first answer and changes nothing. One that changed
 * nothing is not kept, as it still may have its one effect: answers that cost nothing would fill the index.
 * `conflict` if the id was used for something else; `not_found` if only an answer was asked for and none is kept.
 */
export const once = async <Answer>(
  tx: Tx,
  request: { user: string; requestId: string; answerOnly: boolean; op: string; args: unknown },
  run: () => Promise<Answer>,
): Promise<Answer> => {
  const { user, requestId, op } = request
  const argsHash = hash('sha256', JSON.stringify(request.args, ofRequest), 'base64url')
  const known = await tx.db
    .selectFrom('requests')
    .select(['op', 'args_hash', 'answer'])
    .where('user', '=', user)
    .where('request_id', '=', requestId)
    .where('at', '>', tx.now - answerKeptMs)
    .executeTakeFirst()
  if (known !== undefined) {
    if (known.op === op && known.args_hash === argsHash) return JSON.parse(known.answer) as Answer
    throw new WherryError('conflict', 'This request id was used for another request before.')
  }
  if (request.answerOnly) throw new WherryError('not_found')
  const before = await rowsChangedSoFar(tx)
  const answer = await run()
  if ((await rowsChangedSoFar(tx)) === before) return answer
  await tx.db
    .replaceInto('requests')
    .values({
      user,
      request_id: requestId,
      op,
      args_hash: argsHash,
      answer: JSON.stringify(answer),
      at: tx.now,
    })
    .execute()
  return answer
}

/** Forgets answers that nobody can ask for again. */
export const pruneRequests = async (tx: Tx): Promise<number> => {
  const { numDeletedRows } = await tx.db
    .deleteFrom('requests')
    .where('at', '<=', tx.now - answerKeptMs)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
