import { expect, test } from 'vitest'
import type { Level } from '../../protocol/levels.ts'
import { sessionIdleMs } from '../../storage/index/writes/sessions.ts'
import { openStorage } from '../../storage/open-storage.ts'
import type { Commit } from '../../storage/storage.ts'
import { newId, openTemporary, person, temporaryDirectory, withAda } from './open-temporary.ts'

test('the first administrator is made once, and the setup token goes with it', async () => {
  const storage = await openTemporary()
  await storage.settings.set('setup_token_hash', 'x')
  expect(await storage.users.hasAdministrator()).toBe(false)
  const both = await Promise.allSettled([
    storage.users.setUp(person('Ada')),
    storage.users.setUp(person('Eve')),
  ])
  expect(both.map(result => result.status)).toEqual(['fulfilled', 'rejected'])
  expect(both[1]).toMatchObject({ reason: { reason: 'already_set_up' } })
  expect(await storage.users.hasAdministrator()).toBe(true)
  expect(await storage.settings.get('setup_token_hash')).toBeNull()
})

test('accounts are found by folded address, listed by pages, and their spaces have names of their own', async () => {
  const { storage, actor } = await withAda()
  await storage.users.create(actor, { ...person('Ben'), email: 'Ben@Example.ORG' })
  const twin = await storage.users.create(actor, { ...person('Ben'), email: 'other@example.org' })
  const clash = storage.users.create(actor, { ...person('X'), email: 'BEN@example.org' })
  await expect(clash).rejects.toMatchObject({ reason: 'conflict' })
  expect(await storage.users.findByEmail('bEN@example.org')).toMatchObject({
    name: 'Ben',
    passwordHash: 'hash',
  })
  const first = await storage.users.list(null, 2)
  const rest = await storage.users.list(first.next, 2)
  expect([...first.users, ...rest.users].map(user => user.name)).toEqual(['Ada', 'Ben', 'Ben'])
  expect(rest.next).toBeNull()
  const [space] = await storage.spaces.visibleTo(twin.id)
  expect(space).toMatchObject({ name: 'other@example.org', owner: { id: twin.id }, level: 'admin' })
})

test('an account that is asked for twice under one request id is made once, whatever the salt', async () => {
  const { storage, ada } = await withAda()
  const once = { user: ada, requestId: 'r' }
  const first = await storage.users.create(once, { ...person('Ben'), passwordHash: 'salt 1' })
  expect(await storage.users.create(once, { ...person('Ben'), passwordHash: 'salt 2' })).toEqual(first)
  const other = storage.users.create(once, { ...person('Bea'), passwordHash: 'salt 1' })
  await expect(other).rejects.toMatchObject({ reason: 'conflict' })
})

test('disabling ends sessions, and the last administrator stays', async () => {
  const { storage, ada, actor } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const session = await storage.sessions.create({
    user: bob.id,
    agent: 'a',
    address: '::1',
    refreshHash: 'h',
  })
  const commits: Commit[] = []
  storage.onCommit(commit => commits.push(commit))
  expect(await storage.users.setDisabled(actor, bob.id, true)).toMatchObject({ disabled: true })
  expect(commits).toMatchObject([
    { rights: true, endedSessions: [{ session: session.id, reason: 'disabled' }] },
  ])
  expect(await storage.sessions.get(session.id)).toBeNull()
  await expect(storage.sessions.rotate('h', 'n', 0)).rejects.toMatchObject({ reason: 'session_ended' })
  await expect(storage.users.setDisabled(actor, ada, true)).rejects.toMatchObject({ reason: 'conflict' })
  await expect(storage.users.setDisabled(actor, newId(), true)).rejects.toMatchObject({ reason: 'not_found' })
})

test('a new password ends the other sessions', async () => {
  const { storage, ada, actor } = await withAda()
  const sessions = []
  for (const hash of ['1', '2', '3'])
    sessions.push(
      await storage.sessions.create({ user: ada, agent: hash, address: '::1', refreshHash: hash }),
    )
  expect(await storage.users.setPasswordHash(actor, 'new', sessions[1]?.id ?? '')).toBe(2)
  expect((await storage.sessions.list(ada)).map(session => session.agent)).toEqual(['2'])
  expect(await storage.users.findByEmail('ada@example.org')).toMatchObject({ passwordHash: 'new' })
  expect(await storage.sessions.end(ada, sessions[0]?.id ?? '', 'logout')).toBe(false)
  expect(await storage.sessions.end(newId(), sessions[1]?.id ?? '', 'logout')).toBe(false)
  expect(await storage.sessions.end(ada, sessions[1]?.id ?? '', 'logout')).toBe(true)
})

test('a new password by somebody else ends all sessions, once for each request id, whatever the salt', async () => {
  const { storage, ada, actor } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const start = (refreshHash: string) =>
    storage.sessions.create({ user: bob.id, agent: 'a', address: '::1', refreshHash })
  await start('1')
  const once = { user: ada, requestId: 'r' }
  expect(await storage.users.resetPasswordHash(once, bob.id, 'salt 1')).toBe(1)
  const session = await start('2')
  expect(await storage.users.resetPasswordHash(once, bob.id, 'salt 2')).toBe(1)
  expect(await storage.sessions.list(bob.id)).toMatchObject([{ id: session.id }])
  expect(await storage.users.findByEmail(bob.email)).toMatchObject({ passwordHash: 'salt 1' })
  const nobody = storage.users.resetPasswordHash(actor, newId(), 'hash')
  await expect(nobody).rejects.toMatchObject({ reason: 'not_found' })
})

test('an answer lost on the way, and tabs that race, sign nobody out; a late use of an old token does', async () => {
  let now = 1_000_000
  const { storage, ada } = await withAda(null, { clock: () => now })
  const { id } = await storage.sessions.create({ user: ada, agent: 'a', address: '::1', refreshHash: 't0' })
  await storage.sessions.rotate('t0', 'lost', 1_000)
  now += 60_000
  await storage.sessions.rotate('t0', 't1', 1_000)
  await storage.sessions.rotate('t1', 't2', 1_000)
  now += 1_000
  await storage.sessions.rotate('t0', 'raced', 1_000)
  await storage.sessions.rotate('t2', 't3', 1_000)
  now += 60_000
  await storage.sessions.rotate('raced', 't3b', 1_000)
  expect(await storage.sessions.get(id)).toMatchObject({ lastSeenAt: now })
  await expect(storage.sessions.rotate('unknown', 'x', 1_000)).rejects.toMatchObject({
    reason: 'unauthenticated',
  })
  now += 60_000
  const commits: Commit[] = []
  storage.onCommit(commit => commits.push(commit))
  await expect(storage.sessions.rotate('t1', 'x', 1_000)).rejects.toMatchObject({ reason: 'session_ended' })
  expect(commits).toMatchObject([{ endedSessions: [{ session: id, reason: 'reused' }] }])
  expect(await storage.sessions.get(id)).toBeNull()
  await expect(storage.sessions.rotate('t3', 'x', 1_000)).rejects.toMatchObject({ reason: 'session_ended' })
})

test('the highest of ownership, own and everyone’s grants holds, inherited downwards', async () => {
  const { storage, ada, actor, root } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  const { entry: b } = await storage.entries.createFolder(actor, a.id, 'b', 'fail')
  expect(await storage.access.level(bob.id, b.id)).toBeNull()
  await storage.access.grant(actor, a.id, { kind: 'everyone' }, 'read')
  expect(await storage.access.level(bob.id, b.id)).toBe('read')
  const grant = await storage.access.grant(actor, b.id, { kind: 'user', user: bob.id }, 'delete')
  expect(grant).toMatchObject({ entryName: 'b', inherited: false, level: 'delete' })
  expect(await storage.access.level(bob.id, b.id)).toBe('delete')
  expect(await storage.access.level(bob.id, a.id)).toBe('read')
  expect(await storage.access.level(ada, b.id)).toBe('admin')
  const list = await storage.access.list(b.id)
  expect(list.map(({ inherited, level }) => [inherited, level])).toEqual([
    [false, 'delete'],
    [true, 'read'],
  ])
  const shared = await storage.spaces.sharedWith(bob.id)
  expect(shared.map(({ path, level, spaceName }) => [path.join('/'), level, spaceName])).toEqual([
    ['a/b', 'delete', 'Ada'],
    ['a', 'read', 'Ada'],
  ])
  expect(await storage.access.revoke(actor, b.id, { kind: 'user', user: bob.id })).toBe(true)
  expect(await storage.access.revoke(actor, b.id, { kind: 'user', user: bob.id })).toBe(false)
  expect(await storage.access.level(bob.id, b.id)).toBe('read')
  await storage.access.grant(actor, root, { kind: 'everyone' }, 'write')
  expect((await storage.spaces.visibleTo(bob.id)).map(space => [space.name, space.level])).toEqual([
    ['Bob', 'admin'],
    ['Ada', 'write'],
  ])
  expect(await storage.spaces.sharedWith(bob.id)).toEqual([])
  const nobody = storage.access.grant(actor, a.id, { kind: 'user', user: newId() }, 'read')
  await expect(nobody).rejects.toMatchObject({ reason: 'not_found' })
})

test('a level is replaced only where it is the one that was thought to be there', async () => {
  const { storage, ada, actor, root } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const subject = { kind: 'user', user: bob.id } as const
  const replace = (level: Level, replaces?: Level | null, requestId: string | null = null) =>
    storage.access.grant({ user: ada, requestId }, root, subject, level, replaces)
  const conflict = { reason: 'conflict' }
  await expect(replace('admin', 'read')).rejects.toMatchObject(conflict)
  await replace('read', null)
  await expect(replace('write', null)).rejects.toMatchObject(conflict)
  expect((await storage.access.list(root)).map(({ level }) => level)).toEqual(['read'])
  // Repeated after a lost answer it is the same request, although its own effect is there.
  for (let i = 0; i < 2; i++)
    expect(await replace('write', 'read', 'again')).toMatchObject({ level: 'write' })
  await storage.access.revoke(actor, root, subject)
  await expect(replace('admin', 'write')).rejects.toMatchObject(conflict)
  expect(await storage.access.list(root)).toEqual([])
  expect(await replace('delete')).toMatchObject({ level: 'delete' })
})

test('a session that nobody used for three months is over at the next start, and its tokens are forgotten', async () => {
  const directory = temporaryDirectory()
  let now = Date.now()
  const clock = () => now
  const first = await openStorage({ directory, clock })
  const { id: ada } = await first.users.setUp(person('Ada'))
  const stale = await first.sessions.create({ user: ada, agent: 'a', address: '::1', refreshHash: 'stale' })
  now += sessionIdleMs - 1_000
  const used = await first.sessions.create({ user: ada, agent: 'b', address: '::1', refreshHash: 'used' })
  await first.close()
  now += 2_000
  const storage = await openTemporary({ directory, clock })
  // Writes run in order: what the start began is done before this one.
  await storage.settings.set('any', null)
  expect(await storage.sessions.get(stale.id)).toBeNull()
  expect(await storage.sessions.get(used.id)).not.toBeNull()
  await expect(storage.sessions.rotate('stale', 'next', 0)).rejects.toMatchObject({ reason: 'session_ended' })
})
