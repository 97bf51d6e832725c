import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Subject } from '../../protocol/values.ts'
import type { GrantSubject, Storage } from '../../storage/storage.ts'
import type { Handler } from '../context.ts'

const findSubject = async (storage: Storage, subject: Subject): Promise<GrantSubject> => {
  if (subject.kind === 'everyone') return subject
  const user =
    subject.kind === 'user'
      ? await storage.users.get(subject.user)
      : await storage.users.findByEmail(subject.email)
  if (user === null) throw new WherryError('not_found', 'There is no such user.')
  return { kind: 'user', user: user.id }
}

/** What the log says besides ids, which nobody can look up later. */
const namesOf = async (storage: Storage, entry: string, subject: Subject) => {
  const user = subject.kind === 'user' ? await storage.users.get(subject.user) : null
  return { path: await storage.entries.place(entry), ...(user && { email: user.email }) }
}

export const checkAccess: Handler<'access.check'> = async ({ principal, levelOf }, { entry }) => {
  const level = await levelOf(principal.user, entry)
  if (level === null) throw new WherryError('not_found')
  return { level }
}

export const listAccess: Handler<'access.list'> = async ({ storage }, { entry }) => ({
  grants: (await storage.access.list(entry)).slice(0, limits.listItems),
})

export const reviewAccess: Handler<'access.review'> = async ({ storage }, { entry: id, after, limit }) => {
  const entry = await storage.entries.get(id)
  if (entry === null) throw new WherryError('not_found')
  return storage.access.below(entry, after, limit)
}

export const grantAccess: Handler<'access.grant'> = async (
  { storage, actor, noted },
  { entry, subject, level, replaces },
) => {
  const found = await findSubject(storage, subject)
  const grant = await storage.access.grant(actor, entry, found, level, replaces)
  Object.assign(noted, await namesOf(storage, entry, subject))
  return { grant }
}

export const leaveAccess: Handler<'access.leave'> = async ({ storage, actor, noted }, { entry }) => {
  Object.assign(noted, { path: await storage.entries.place(entry) })
  return { left: await storage.access.revoke(actor, entry, { kind: 'user', user: actor.user }) }
}

export const revokeAccess: Handler<'access.revoke'> = async (
  { storage, actor, noted },
  { entry, subject },
) => {
  const revoked = await storage.access.revoke(actor, entry, await findSubject(storage, subject))
  Object.assign(noted, await namesOf(storage, entry, subject))
  return { revoked }
}
