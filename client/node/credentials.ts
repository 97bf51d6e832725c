import { isReason, WherryError } from '../../protocol/errors.ts'
import type { Result } from '../../protocol/table.ts'
import type { Credentials } from '../core/api.ts'
import { configDirectory } from './current-hub.ts'
import { withFileLock } from './file-lock.ts'
import { type KeptSession, readSession, removeSession, sessionPath, writeSession } from './session-file.ts'

/** A kept access token with less left than this is renewed instead of used. */
const enoughLifeMs = 60_000

const keptFrom = (
  hub: string,
  { refresh, access, accessExpiresAt }: Result<'session.login'>,
): KeptSession => {
  if (refresh === null) throw new WherryError('internal', 'The hub gave no refresh token.')
  return { hub, refresh, access, accessExpiresAt }
}

/**
 * Keeps the sign-in to one hub in a file of mode 0600, shared by all commands of this user: they take turns to renew it,
 * and use an access token that another one got.
 */
export const fileCredentials = (hub: string, directory: string = configDirectory()): Credentials => {
  const path = sessionPath(directory, hub)
  const alone = <T>(work: () => Promise<T>) => withFileLock(`${path}.lock`, work)
  return {
    keep: 'token',
    renew: (refresh, stale) =>
      alone(async () => {
        const session = await readSession(path)
        if (!session) return null
        const isUsable = session.access !== stale && session.accessExpiresAt - Date.now() > enoughLifeMs
        if (isUsable) return { access: session.access, expiresAt: session.accessExpiresAt }
        try {
          const next = await refresh(session.refresh)
          await writeSession(path, keptFrom(hub, next))
          return { access: next.access, expiresAt: next.accessExpiresAt }
        } catch (error) {
          if (!isReason(error, 'unauthenticated', 'session_ended', 'account_disabled')) throw error
          await removeSession(path)
          return null
        }
      }),
    store: signedIn => alone(() => writeSession(path, keptFrom(hub, signedIn))),
    forget: () => alone(() => removeSession(path)),
  }
}
