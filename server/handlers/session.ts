import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Handler } from '../context.ts'

export const login: Handler<'session.login'> = async (context, { email, password, keep, agent }) => {
  const { storage, passwords, loginLimits, signingIn, connection } = context
  await loginLimits.attempt(connection.address, email)
  const found = await storage.users.findByEmail(email)
  const isRight = await passwords.verify(found?.passwordHash ?? null, password)
  if (found === null || !isRight) throw new WherryError('wrong_credentials')
  await loginLimits.succeeded(connection.address, email)
  if (found.disabled) throw new WherryError('account_disabled')
  const { passwordHash: _, ...user } = found
  const signedIn = await signingIn.start(connection, user, agent, keep)
  // A password that was changed while this one was checked has ended the sessions from before it: this is one of them.
  if ((await storage.users.findByEmail(email))?.passwordHash !== found.passwordHash) {
    await storage.sessions.end(user.id, signedIn.session, 'revoked')
    throw new WherryError('wrong_credentials')
  }
  return signedIn
}

export const resume: Handler<'session.resume'> = async ({ tokens, signingIn, connection }, { access }) => {
  const { session, expiresAt } = await tokens.verifyAccess(access)
  const user = await signingIn.userOf(session)
  signingIn.attach(connection, user, session, expiresAt)
  return { user, session, accessExpiresAt: expiresAt }
}

export const refresh: Handler<'session.refresh'> = async ({ tokens, signingIn, connection }, params) => {
  const { user, session, refresh } = await signingIn.rotate(params.refresh)
  const { access, accessExpiresAt } = await tokens.makeAccess(user.id, session.id)
  signingIn.attach(connection, user, session.id, accessExpiresAt)
  return { user, session: session.id, access, accessExpiresAt, refresh, ticket: null }
}

export const logout: Handler<'session.logout'> = async ({ storage, principal }) => {
  await storage.sessions.end(principal.user, principal.session, 'logout')
  return {}
}

export const listSessions: Handler<'session.list'> = async ({ storage, principal }) => {
  const rows = await storage.sessions.list(principal.user)
  const sessions = rows
    .slice(0, limits.listItems)
    .map(({ user: _, ...row }) => ({ ...row, current: row.id === principal.session }))
  return { sessions }
}

export const revokeSession: Handler<'session.revoke'> = async ({ storage, principal }, { session }) => {
  if (!(await storage.sessions.end(principal.user, session, 'revoked'))) throw new WherryError('not_found')
  return {}
}
