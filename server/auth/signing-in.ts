import { WherryError } from '../../protocol/errors.ts'
import type { Result } from '../../protocol/table.ts'
import type { User } from '../../protocol/values.ts'
import type { SessionRow, Storage } from '../../storage/storage.ts'
import { asUser, type Connection } from '../connection.ts'
import type { Connections } from '../connections.ts'
import type { Tokens } from './tokens.ts'

type SignedIn = Result<'session.login'>

/** How a user with a proven identity becomes a session and a signed-in connection. */
export type SigningIn = {
  /** Makes a session and signs the connection in. */
  start(connection: Connection, user: User, agent: string, keep: 'token' | 'cookie'): Promise<SignedIn>
  /** Exchanges a refresh token; throws `unauthenticated`, `session_ended` or `account_disabled`. */
  rotate(refresh: string): Promise<{ user: User; session: SessionRow; refresh: string }>
  /** Signs a connection in to a session that is there. */
  attach(connection: Connection, user: User, session: string, expiresAt: number): void
  /** The user of a session that has not ended. */
  userOf(session: string): Promise<User>
}

/** Tabs of one browser may race with the same cookie. */
const rotationGraceMs = 30_000

export const createSigningIn = (storage: Storage, tokens: Tokens, connections: Connections): SigningIn => {
  const attach: SigningIn['attach'] = (connection, user, session, expiresAt) => {
    const before = asUser(connection.principal)
    if (before !== null && before.user !== user.id) {
      throw new WherryError('forbidden', 'This connection is signed in as somebody else. Open another one.')
    }
    const principal = {
      kind: 'user',
      user: user.id,
      name: user.name,
      role: user.role,
      session,
      expiresAt,
    } as const
    if (!connections.signIn(connection, principal)) throw new WherryError('session_ended')
  }

  const userOf = async (session: string): Promise<User> => {
    const row = await storage.sessions.get(session)
    if (row === null) throw new WherryError('session_ended')
    const user = await storage.users.get(row.user)
    if (user === null || user.disabled) throw new WherryError('account_disabled')
    return user
  }

  return {
    start: async (connection, user, agent, keep) => {
      const { token, hash } = tokens.newOpaque()
      const { address } = connection
      const session = await storage.sessions.create({ user: user.id, agent, address, refreshHash: hash })
      const { access, accessExpiresAt } = await tokens.makeAccess(user.id, session.id)
      attach(connection, user, session.id, accessExpiresAt)
      const kept =
        keep === 'token'
          ? { refresh: token, ticket: null }
          : { refresh: null, ticket: tokens.tickets.issue(token) }
      return { user, session: session.id, access, accessExpiresAt, ...kept }
    },
    rotate: async refresh => {
      const next = tokens.newOpaque()
      const session = await storage.sessions.rotate(tokens.hashOf(refresh), next.hash, rotationGraceMs)
      return { user: await userOf(session.id), session, refresh: next.token }
    },
    attach,
    userOf,
  }
}
