import { WherryError } from '../../protocol/errors.ts'
import type { Handler } from '../context.ts'

export const createUser: Handler<'user.create'> = async ({ storage, passwords, actor, config }, params) => {
  const { email, name, password, role, quotaBytes } = params
  const user = await storage.users.create(actor, {
    email,
    name,
    role,
    passwordHash: await passwords.hash(password),
    quotaBytes: quotaBytes ?? config.defaultQuotaBytes,
  })
  return { user }
}

export const listUsers: Handler<'user.list'> = async ({ storage }, { after, limit }) =>
  storage.users.list(after, limit)

export const listGrantsOfUser: Handler<'user.grants'> = async ({ storage }, { user, after, limit }) => {
  if ((await storage.users.get(user)) === null) throw new WherryError('not_found', 'There is no such user.')
  return storage.access.givenTo(user, after, limit)
}

export const disableUser: Handler<'user.disable'> = async ({ storage, actor, noted }, params) => {
  const user = await storage.users.setDisabled(actor, params.user, params.disabled)
  Object.assign(noted, { email: user.email })
  return { user }
}

/** A stolen session of an administrator does not do for the account's own password. */
export const setPassword: Handler<'user.setPassword'> = async (context, { user, password }) => {
  const { storage, passwords, principal, actor, noted } = context
  if (user === principal.user)
    throw new WherryError(
      'conflict',
      'Your own password is changed by account.changePassword, which asks for the present one.',
    )
  const hash = await passwords.hash(password)
  const endedSessions = await storage.users.resetPasswordHash(actor, user, hash)
  Object.assign(noted, { email: (await storage.users.get(user))?.email })
  return { endedSessions }
}
