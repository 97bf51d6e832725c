import { WherryError } from '../../../protocol/errors.ts'
import type { SessionRow } from '../../storage.ts'
import { selectLiveSessions, toSession } from '../session-rows.ts'
import { type EndedSession, secretId, type Tx, type Write } from '../tx.ts'

type NewSession = { user: string; agent: string; address: string; refreshHash: string }

export const createSession: Write<NewSession, SessionRow> = async (tx, { refreshHash, ...session }) => {
  const user = await tx.db
    .selectFrom('users')
    .select('id')
    .where('id', '=', session.user)
    .where('disabled', '=', 0)
    .executeTakeFirst()
  if (user === undefined) throw new WherryError('account_disabled')
  const id = secretId()
  await tx.db
    .insertInto('sessions')
    .values({ id, ...session, created_at: tx.now, last_seen_at: tx.now })
    .execute()
  await insertToken(tx, refreshHash, id, 0)
  return sessionNow(tx, id)
}

type Rotation = { refreshHash: string; nextHash: string; graceMs: number }
/** A theft is an answer, not an error: an error would undo the end of the session. */
type Rotated = { session: SessionRow } | { ended: true }

/**
 * Refresh tokens come in generations. A token is superseded when one of a later generation of its session is used for
 * the first time: until then, and for `graceMs` after, it can be exchanged. What is given in the grace time joins the
 * newest generation, so that a tab that lost the race is not taken for a thief later.
 */
export const rotateSession: Write<Rotation, Rotated> = async (tx, { refreshHash, nextHash, graceMs }) => {
  const token = await tx.db
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('hash', '=', refreshHash)
    .executeTakeFirst()
  if (token === undefined) throw new WherryError('unauthenticated')
  const session = await selectLiveSessions(tx.db).where('s.id', '=', token.session).executeTakeFirst()
  if (session === undefined) return { ended: true }
  const later = await tx.db
    .selectFrom('refresh_tokens')
    .select(eb => [eb.fn.min('used_at').as('superseded_at'), eb.fn.max('generation').as('newest')])
    .where('session', '=', token.session)
    .where('generation', '>', token.generation)
    .executeTakeFirst()
  const supersededAt = later?.superseded_at ?? null
  if (supersededAt !== null && tx.now - supersededAt > graceMs) {
    await markEnded(tx, [token.session], 'reused')
    return { ended: true }
  }
  if (token.used_at === null)
    await tx.db
      .updateTable('refresh_tokens')
      .set({ used_at: tx.now })
      .where('hash', '=', refreshHash)
      .execute()
  const generation = supersededAt === null ? token.generation + 1 : (later?.newest ?? token.generation + 1)
  await insertToken(tx, nextHash, token.session, generation)
  await tx.db.updateTable('sessions').set({ last_seen_at: tx.now }).where('id', '=', token.session).execute()
  return { session: await sessionNow(tx, token.session) }
}

const insertToken = async (tx: Tx, hash: string, session: string, generation: number): Promise<void> => {
  await tx.db.insertInto('refresh_tokens').values({ hash, session, generation, used_at: null }).execute()
}

type EndedOne = { user: string; session: string; reason: 'logout' | 'revoked' }

export const endSession: Write<EndedOne, boolean> = async (tx, { user, session, reason }) => {
  const live = await tx.db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', session)
    .where('user', '=', user)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  if (live === undefined) return false
  await markEnded(tx, [session], reason)
  return true
}

/** Ends all sessions of a user but one; answers how many. */
export const endSessions = async (
  tx: Tx,
  user: string,
  keep: string | null,
  reason: EndedSession['reason'],
): Promise<number> => {
  const live = await tx.db
    .selectFrom('sessions')
    .select('id')
    .where('user', '=', user)
    .where('ended_at', 'is', null)
    .where('id', '!=', keep ?? '')
    .execute()
  await markEnded(
    tx,
    live.map(row => row.id),
    reason,
  )
  return live.length
}

const markEnded = async (tx: Tx, ids: readonly string[], reason: EndedSession['reason']): Promise<void> => {
  for (const session of ids) {
    await tx.db.updateTable('sessions').set({ ended_at: tx.now }).where('id', '=', session).execute()
    tx.effects.endedSessions.push({ session, reason })
  }
}

/** A session that nobody used for this time is over. */
export const sessionIdleMs = 90 * 24 * 60 * 60 * 1000
/** Used refresh tokens are known for this time: one that comes back later is refused without ending its session. */
const usedTokenKeptMs = 30 * 24 * 60 * 60 * 1000

/** Ends sessions that nobody uses any more, and forgets what is long over; answers how many ended. */
export const pruneSessions: Write<null, number> = async tx => {
  const { db, now } = tx
  const idle = await db
    .selectFrom('sessions')
    .select('id')
    .where('ended_at', 'is', null)
    .where('last_seen_at', '<', now - sessionIdleMs)
    .limit(1_000)
    .execute()
  await markEnded(
    tx,
    idle.map(row => row.id),
    'revoked',
  )
  await db
    .deleteFrom('sessions')
    .where('ended_at', '<', now - sessionIdleMs)
    .execute()
  await db
    .deleteFrom('refresh_tokens')
    .where('used_at', '<', now - usedTokenKeptMs)
    .execute()
  return idle.length
}

type Touch = readonly { session: string; at: number; address: string }[]

export const touchSessions: Write<Touch, null> = async (tx, touches) => {
  for (const { session, at, address } of touches)
    await tx.db
      .updateTable('sessions')
      .set({ last_seen_at: at, address })
      .where('id', '=', session)
      .where('last_seen_at', '<=', at)
      .execute()
  return null
}

const sessionNow = async (tx: Tx, id: string): Promise<SessionRow> => {
  const row = await selectLiveSessions(tx.db).where('s.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new WherryError('session_ended')
  return toSession(row)
}
