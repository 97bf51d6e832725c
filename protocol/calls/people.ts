import * as v from 'valibot'
import { call } from '../call.ts'
import { limits } from '../limits.ts'
import {
  count,
  email,
  grant,
  grantCursor,
  id,
  level,
  listOf,
  password,
  personName,
  placedGrant,
  subject,
  text,
  user,
} from '../values.ts'

const grantPage = {
  after: v.optional(v.nullable(grantCursor), null),
  limit: v.optional(count(limits.pageGrants, 1), 100),
}
const placedGrants = v.strictObject({
  grants: listOf(placedGrant, limits.pageGrants),
  next: v.nullable(grantCursor),
})

export const peopleCalls = {
  'access.check': call({
    doc: 'Which level the caller has on an entry.',
    access: [{ level: 'read', of: 'entry' }],
    params: v.strictObject({ entry: id }),
    result: v.strictObject({ level }),
    errors: [],
  }),
  'access.list': call({
    doc: 'Every grant that holds on an entry, with those inherited from the folders above, the nearest first.',
    access: [{ level: 'admin', of: 'entry' }],
    params: v.strictObject({ entry: id }),
    result: v.strictObject({ grants: listOf(grant, limits.listItems) }),
    errors: [],
  }),
  'access.review': call({
    doc: 'A page of the grants on an entry and on all that is in it. Pages are joined by `next`; one may have fewer grants than `limit`, or none, and go on.',
    access: [{ level: 'admin', of: 'entry' }],
    params: v.strictObject({ entry: id, ...grantPage }),
    result: placedGrants,
    errors: [],
  }),
  'access.grant': call({
    doc: 'Gives a user, or everyone with an account, a level on an entry and all that is in it; replaces what that subject had there. Holds at once. With `replaces`, the level that the subject is thought to have on this very entry, null for none: `conflict` if it is another one now.',
    access: [{ level: 'admin', of: 'entry' }],
    once: true,
    params: v.strictObject({ entry: id, subject, level, replaces: v.optional(v.nullable(level)) }),
    result: v.strictObject({ grant }),
    errors: ['not_found', 'too_large', 'conflict'],
    logged: ['entry', 'subject', 'level'],
  }),
  'access.revoke': call({
    doc: 'Takes back what access.grant gave on this very entry. Live views and running transfers that depended on it end at once.',
    access: [{ level: 'admin', of: 'entry' }],
    once: true,
    params: v.strictObject({ entry: id, subject }),
    result: v.strictObject({ revoked: v.boolean() }),
    errors: ['not_found'],
    logged: ['entry', 'subject'],
  }),
  'access.leave': call({
    doc: 'Gives up what the caller was given on this very entry; what everyone was given there, or on a folder above it, stays.',
    access: [{ level: 'read', of: 'entry' }],
    once: true,
    params: v.strictObject({ entry: id }),
    result: v.strictObject({ left: v.boolean() }),
    errors: [],
    logged: ['entry'],
  }),
  'user.create': call({
    doc: 'Makes an account with a personal space.',
    access: 'administrator',
    once: true,
    guarded: true,
    params: v.strictObject({
      email,
      name: personName,
      password,
      role: v.optional(v.picklist(['admin', 'member']), 'member'),
      quotaBytes: v.optional(v.nullable(count()), null),
    }),
    result: v.strictObject({ user }),
    errors: ['conflict'],
    logged: ['email', 'role'],
  }),
  'user.list': call({
    doc: 'A page of all accounts, by e-mail address.',
    access: 'administrator',
    params: v.strictObject({
      after: v.optional(v.nullable(text(limits.emailChars)), null),
      limit: v.optional(count(limits.pageUsers, 1), 100),
    }),
    result: v.strictObject({ users: listOf(user, limits.pageUsers), next: v.nullable(v.string()) }),
    errors: [],
  }),
  'user.grants': call({
    doc: 'A page of what was given to an account, and of what was given to everyone: all of it, besides its own space, that the account may see. Pages are joined by `next`.',
    access: 'administrator',
    params: v.strictObject({ user: id, ...grantPage }),
    result: placedGrants,
    errors: ['not_found'],
  }),
  'user.disable': call({
    doc: 'Disables an account, which ends its sessions at once, or enables it again. The last administrator stays enabled.',
    access: 'administrator',
    once: true,
    params: v.strictObject({ user: id, disabled: v.boolean() }),
    result: v.strictObject({ user }),
    errors: ['not_found', 'conflict'],
    logged: ['user', 'disabled'],
  }),
  'user.setPassword': call({
    doc: "Gives another account, an administrator's too, a new password, which ends its sessions at once. The caller's own is changed by account.changePassword, which asks for the present one.",
    access: 'administrator',
    once: true,
    guarded: true,
    params: v.strictObject({ user: id, password }),
    result: v.strictObject({ endedSessions: v.number() }),
    errors: ['not_found', 'conflict'],
    logged: ['user'],
  }),
}
