import { isReason, WherryError } from '../../protocol/errors.ts'
import type { Result } from '../../protocol/table.ts'
import type { AccessToken, Credentials } from '../core/api.ts'
import { configDirectory } from './current-hub.ts'
import { withFileLock } from './file-lock.ts'
import {
  type KeptSession,
  readSession,
  removeSession,
  SessionFileError,
  sessionPath,
  writeSession,
} from './session-file.ts'

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
 * and use an access token that another one got. Throws SessionFileError where files cannot be kept.
 */
export const fileCredentials = (hub: string, directory: string = configDirectory()): Credentials => {
  const path = sessionPath(directory, hub)
  const onDisk = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw error instanceof Error && 'errno' in error ? new SessionFileError(directory, error) : error
    }
  }
  const alone = <T>(work: () => Promise<T>) => onDisk(() => withFileLock(`${path}.lock`, work))

  /** What is kept, if it is not to be renewed first. */
  const usable = ({ access, accessExpiresAt }: KeptSession, stale: string | null): AccessToken | null => {
    const isUsable = access !== stale && accessExpiresAt - Date.now() > enoughLifeMs
    return isUsable ? { access, expiresAt: accessExpiresAt } : null
  }

  return {
    keep: 'token',
    async renew(refresh, stale) {
      // The file is always whole: only who renews waits for others.
      const before = await onDisk(() => readSession(path))
      // Nobody is signed in, so there is nothing to take turns for.
      if (!before) return null
      const known = usable(before, stale)
      if (known) return known
      return alone(async () => {
        const session = await readSession(path)
        if (!session) return null
        const kept = usable(session, stale)
        if (kept) return kept
        try {
          const next = await refresh(session.refresh)
          await writeSession(path, keptFrom(hub, next))
          return { access: next.access, expiresAt: next.accessExpiresAt }
        } catch (error) {
          if (!isReason(error, 'unauthenticated', 'session_ended', 'account_disabled')) throw error
          await removeSession(path)
          return null
        }
      })
    },
    store: signedIn => alone(() => writeSession(path, keptFrom(hub, signedIn))),
    forget: () => alone(() => removeSession(path)),
  }
}
