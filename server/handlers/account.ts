import { timingSafeEqual } from 'node:crypto'
import { WherryError } from '../../protocol/errors.ts'
import type { Handler } from '../context.ts'

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

export const setUp: Handler<'account.setup'> = async (
  context,
  { token, email, name, password, keep, agent },
) => {
  const { storage, tokens, passwords, loginLimits, signingIn, connection, config } = context
  if (await storage.users.hasAdministrator()) throw new WherryError('already_set_up')
  await loginLimits.attempt(connection.address, 'setup')
  const expected = await storage.settings.get('setup_token_hash')
  if (expected === null || !isSame(expected, tokens.hashOf(token))) throw new WherryError('wrong_setup_token')
  await loginLimits.succeeded(connection.address, 'setup')
  const passwordHash = await passwords.hash(password)
  const quotaBytes = config.defaultQuotaBytes
  const user = await storage.users.setUp({ email, name, passwordHash, role: 'admin', quotaBytes })
  return signingIn.start(connection, user, agent, keep)
}

export const changePassword: Handler<'account.changePassword'> = async (context, { current, next }) => {
  const { storage, passwords, loginLimits, principal, actor, connection } = context
  const user = await storage.users.get(principal.user)
  if (user === null) throw new WherryError('unauthenticated')
  await loginLimits.attempt(connection.address, user.email)
  const found = await storage.users.findByEmail(user.email)
  if (!(await passwords.verify(found?.passwordHash ?? null, current)))
    throw new WherryError('wrong_credentials')
  await loginLimits.succeeded(connection.address, user.email)
  const hash = await passwords.hash(next)
  return { endedSessions: await storage.users.setPasswordHash(actor, hash, principal.session) }
}
