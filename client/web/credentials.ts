import { errorSentences, WherryError } from '../../protocol/errors.ts'
import { parse } from '../../protocol/parse.ts'
import { sessionDoorAnswer, sessionDoorPath } from '../../protocol/session-door.ts'
import type { AccessToken, Credentials } from '../core/api.ts'

const lockName = 'wherry-session'
/** As long as a call has. A browser waits for ever where a connection is dead without having been closed, and all tabs with it. */
const answerMs = 10_000

/** One tab or worker at a time: each renewal replaces the cookie that the next one needs. */
const alone = <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks ? navigator.locks.request(lockName, work) : work()

const knock = async (method: 'POST' | 'DELETE', body?: { ticket?: string }): Promise<Response> => {
  try {
    return await fetch(sessionDoorPath, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(answerMs),
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch (cause) {
    throw new WherryError('disconnected', errorSentences.disconnected, {}, { cause })
  }
}

const readToken = async (answer: Response): Promise<AccessToken> => {
  // Words of a proxy are none of the hub's.
  const refusal = answer.status === 403 ? await answer.json().catch(() => null) : null
  if (refusal) throw new WherryError('forbidden', refusal.message)
  if (!answer.ok)
    throw new WherryError('busy', `The hub answered ${answer.status} to the renewal of the sign-in.`)
  const parsed = parse(sessionDoorAnswer, await answer.json())
  if (!parsed.ok) throw parsed.error
  const { access, accessExpiresAt } = parsed.value
  return { access, expiresAt: accessExpiresAt }
}

/** Keeps the sign-in in an HttpOnly cookie of the hub's origin, which pages and their workers share (protocol/session-door.ts). */
export const cookieCredentials = (): Credentials => {
  let known: AccessToken | null = null
  return {
    keep: 'cookie',
    renew: (_refresh, stale) =>
      alone(async () => {
        if (known && known.access !== stale) return known
        const answer = await knock('POST', {})
        known = answer.status === 204 || answer.status === 401 ? null : await readToken(answer)
        return known
      }),
    store: ({ ticket, access, accessExpiresAt }) =>
      alone(async () => {
        if (ticket === null) throw new WherryError('internal', 'The hub gave no ticket for the cookie.')
        const answer = await knock('POST', { ticket })
        if (!answer.ok)
          throw new WherryError('internal', `The hub answered ${answer.status} to the sign-in's ticket.`)
        known = { access, expiresAt: accessExpiresAt }
      }),
    forget: () =>
      alone(async () => {
        known = null
        await knock('DELETE')
      }),
  }
}
