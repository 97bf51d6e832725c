import type { Kysely } from 'kysely'
import { WherryError } from '../../protocol/errors.ts'
import type { Sessions, Settings, Users } from '../storage.ts'
import { sessionReads } from './reads/sessions.ts'
import { userReads } from './reads/users.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

export const usersOf = (db: Kysely<Tables>, writer: Writer): Users => ({
  ...userReads(db),
  setUp: user => writer.run('users.setUp', user),
  create: (actor, user) => writer.run('users.create', user, actor),
  setDisabled: (actor, user, disabled) => writer.run('users.setDisabled', { user, disabled }, actor),
  setPasswordHash: (actor, passwordHash, keepSession) =>
    writer.run(
      'users.setPasswordHash',
      { user: actor.user, passwordHash, keepSession },
      { ...actor, requestId: null },
    ),
  resetPasswordHash: (actor, user, passwordHash) =>
    writer.run('users.setPasswordHash', { user, passwordHash, keepSession: null }, actor),
})

export const sessionsOf = (db: Kysely<Tables>, writer: Writer): Sessions => ({
  ...sessionReads(db),
  create: session => writer.run('sessions.create', session),
  async rotate(refreshHash, nextHash, graceMs) {
    const rotated = await writer.run('sessions.rotate', { refreshHash, nextHash, graceMs })
    if ('ended' in rotated) throw new WherryError('session_ended')
    return rotated.session
  },
  end: (user, session, reason) => writer.run('sessions.end', { user, session, reason }),
  async touch(sessions) {
    if (sessions.length > 0) await writer.run('sessions.touch', sessions)
  },
})

export const settingsOf = (db: Kysely<Tables>, writer: Writer): Settings => ({
  async get(key) {
    const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst()
    return row?.value ?? null
  },
  async set(key, value) {
    await writer.run('settings.set', { key, value })
  },
  setIfAbsent: (key, value) => writer.run('settings.setIfAbsent', { key, value }),
})
