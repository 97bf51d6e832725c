import { isReason } from '../../../protocol/errors.ts'
import type { CallName, ParamsInput, Result } from '../../../protocol/table.ts'
import type { User } from '../../../protocol/values.ts'
import type { Credentials } from '../api.ts'

/** Makes a call on the socket of now, signed in or not. */
export type CallNow = <N extends CallName>(name: N, params: ParamsInput<N>) => Promise<Result<N>>

export type SignedIn = { user: User; access: string; accessExpiresAt: number }

/**
 * Signs the connection in, or in anew, with what the credentials keep: null if they keep nothing or the hub refused it for
 * good. `stale` is the access token that is not to be used again. Throws when the hub cannot be asked.
 */
export const renewSignIn = async (
  credentials: Credentials,
  callNow: CallNow,
  stale: string | null,
  triesLeft = 1,
): Promise<SignedIn | null> => {
  const refreshed: Result<'session.refresh'>[] = []
  const token = await credentials.renew(async refresh => {
    const signedIn = await callNow('session.refresh', { refresh })
    refreshed.push(signedIn)
    return signedIn
  }, stale)
  if (!token) return null
  const { access } = token
  const fresh = refreshed.find(signedIn => signedIn.access === access)
  if (fresh) return fresh
  try {
    const { user, accessExpiresAt } = await callNow('session.resume', { access })
    return { user, access, accessExpiresAt }
  } catch (error) {
    if (isReason(error, 'session_ended', 'account_disabled')) return null
    if (!isReason(error, 'session_expired', 'unauthenticated') || triesLeft === 0) throw error
    return renewSignIn(credentials, callNow, access, triesLeft - 1)
  }
}
