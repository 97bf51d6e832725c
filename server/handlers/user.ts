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
