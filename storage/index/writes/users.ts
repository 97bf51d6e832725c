import { WherryError } from '../../../protocol/errors.ts'
import { emailKey } from '../../../protocol/names.ts'
import type { User } from '../../../protocol/values.ts'
import type { NewUser } from '../../storage.ts'
import { orderedId, type Tx, type Write } from '../tx.ts'
import { selectUsers, toUser } from '../user-rows.ts'
import { createPersonalSpace } from './personal-space.ts'
import { endSessions } from './sessions.ts'

export const setUpHub: Write<NewUser, User> = async (tx, user) => {
  const administrator = await tx.db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .executeTakeFirst()
  if (administrator !== undefined) throw new WherryError('already_set_up')
  await tx.db.deleteFrom('settings').where('key', '=', 'setup_token_hash').execute()
  return insertUser(tx, { ...user, role: 'admin' })
}

export const createUser: Write<NewUser, User> = (tx, user) => insertUser(tx, user)

const insertUser = async (tx: Tx, user: NewUser): Promise<User> => {
  const key = emailKey(user.email)
  const taken = await tx.db.selectFrom('users').select('id').where('email_key', '=', key).executeTakeFirst()
  if (taken !== undefined) throw new WherryError('conflict', 'An account has this e-mail address already.')
  const id = orderedId(tx.now)
  await tx.db
    .insertInto('users')
    .values({
      id,
      email: user.email,
      email_key: key,
      name: user.name,
      password_hash: user.passwordHash,
      role: user.role,
      disabled: 0,
      created_at: tx.now,
    })
    .execute()
  await createPersonalSpace(tx, { id, name: user.name, email: user.email, quotaBytes: user.quotaBytes })
  tx.effects.rights = true
  return userNow(tx, id)
}

export const setDisabled: Write<{ user: string; disabled: boolean }, User> = async (
  tx,
  { user, disabled },
) => {
  const before = await userNow(tx, user)
  if (before.disabled === disabled) return before
  if (disabled && before.role === 'admin') await keepOneAdministrator(tx, user)
  await tx.db
    .updateTable('users')
    .set({ disabled: disabled ? 1 : 0 })
    .where('id', '=', user)
    .execute()
  if (disabled) await endSessions(tx, user, null, 'disabled')
  tx.effects.rights = true
  return userNow(tx, user)
}

const keepOneAdministrator = async (tx: Tx, leaving: string): Promise<void> => {
  const other = await tx.db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled', '=', 0)
    .where('id', '!=', leaving)
    .executeTakeFirst()
  if (other === undefined) throw new WherryError('conflict', 'The last administrator stays enabled.')
}

type NewPassword = { user: string; passwordHash: string; keepSession: string | null }

export const setPasswordHash: Write<NewPassword, number> = async (
  tx,
  { user, passwordHash, keepSession },
) => {
  const { numUpdatedRows } = await tx.db
    .updateTable('users')
    .set({ password_hash: passwordHash })
    .where('id', '=', user)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new WherryError('not_found')
  return endSessions(tx, user, keepSession, 'password')
}

const userNow = async (tx: Tx, id: string): Promise<User> => {
  const row = await selectUsers(tx.db).where('u.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new WherryError('not_found')
  return toUser(row)
}
