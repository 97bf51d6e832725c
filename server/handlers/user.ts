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

export const disableUser: Handler<'user.disable'> = async ({ storage, actor }, { user, disabled }) => ({
  user: await storage.users.setDisabled(actor, user, disabled),
})

/** A stolen session of an administrator does not do for the account's own password. */
export const setPassword: Handler<'user.setPassword'> = async (context, { user, password }) => {
  const { storage, passwords, principal, actor } = context
  if (user === principal.user)
    throw new WherryError(
      'conflict',
      'Your own password is changed by account.changePassword, which asks for the present one.',
    )
  const hash = await passwords.hash(password)
  return { endedSessions: await storage.users.resetPasswordHash(actor, user, hash) }
}
