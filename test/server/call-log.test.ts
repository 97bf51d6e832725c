import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { calls } from '../../protocol/table.ts'
import { readConfig } from '../../server/config.ts'
import { version } from '../../server/version.ts'
import { administrator, type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { rawClient, signedInClient } from '../support/raw-client.ts'

let hub: TemporaryHub
const lines: Record<string, unknown>[] = []
beforeAll(async () => {
  const log = pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line)) })
  hub = await temporaryHub({}, { log })
})
afterAll(() => hub.remove())

/** The line about the call with this id; undefined if the log has none. */
const lineOf = (request: string) => lines.find(line => line.request === request)

const address = '127.0.0.1'
const email = 'eve@example.org'
const password = 'a long secret of eve'
const next = 'another long secret'
const given = 'a secret of the administrator'
const login = { keep: 'token', agent: 'test' } as const

test('the log tells who came in, who was refused, and who changed what somebody may do', async () => {
  const ada = await signedInClient(hub.socketUrl)
  const { id, name: byName } = ada.signedIn.user
  const by = { by: id, byName, bySession: ada.signedIn.session, address }
  const { entry: plans } = await ada.call('folder.create', {
    folder: ada.root,
    name: 'Plans',
    onClash: 'fail',
  })
  const entry = plans.id
  const path = `${byName}:Plans`
  const { user } = await ada.call('user.create', { email, name: 'Eve', password }, 'create')
  expect(lineOf('create')).toMatchObject({ call: 'user.create', email, role: 'member', ...by, outcome: 'ok' })
  await ada.call('access.grant', { entry, subject: { kind: 'email', email }, level: 'read' }, 'grant')
  const subject = { kind: 'email', email }
  expect(lineOf('grant')).toMatchObject({ call: 'access.grant', entry, path, subject, level: 'read', ...by })
  await ada.call('access.revoke', { entry, subject: { kind: 'user', user: user.id } }, 'revoke')
  expect(lineOf('revoke')).toMatchObject({ call: 'access.revoke', entry, path, email, ...by })

  const eve = await rawClient(hub.socketUrl)
  const wrong = 'not the secret'
  await expect(
    eve.call('session.login', { email, password: wrong, ...login }, 'wrong'),
  ).rejects.toMatchObject({ reason: 'wrong_credentials' })
  expect(lineOf('wrong')).toMatchObject({
    call: 'session.login',
    email,
    address,
    outcome: 'wrong_credentials',
  })
  const { session } = await eve.call('session.login', { email, password, ...login }, 'login')
  expect(lineOf('login')).toMatchObject({ email, by: user.id, bySession: session, address, outcome: 'ok' })
  await eve.call('account.changePassword', { current: password, next }, 'change')
  expect(lineOf('change')).toMatchObject({ call: 'account.changePassword', by: user.id, outcome: 'ok' })
  await ada.call('user.setPassword', { user: user.id, password: given }, 'set')
  expect(lineOf('set')).toMatchObject({
    call: 'user.setPassword',
    user: user.id,
    email,
    ...by,
    outcome: 'ok',
  })
  await ada.call('user.disable', { user: user.id, disabled: true }, 'disable')
  expect(lineOf('disable')).toMatchObject({ user: user.id, email, disabled: true, ...by })

  for (const secret of [password, next, given, wrong, administrator.password, ada.signedIn.access])
    expect(JSON.stringify(lines)).not.toContain(secret)
  for (const client of [ada, eve]) client.close()
})

test('what somebody may not do, or does all day, does not fill the log', async () => {
  const ada = await signedInClient(hub.socketUrl)
  await ada.call('user.create', { email: 'bob@example.org', name: 'Bob', password }, 'bob')
  const bob = await signedInClient(hub.socketUrl, { email: 'bob@example.org', password })
  const subject = { kind: 'everyone' } as const
  await expect(
    bob.call('access.grant', { entry: ada.root, subject, level: 'admin' }, 'theft'),
  ).rejects.toMatchObject({ reason: 'not_found' })
  await bob.call('folder.list', { folder: bob.root }, 'list')
  expect([lineOf('theft'), lineOf('list')]).toEqual([undefined, undefined])
  for (const client of [ada, bob]) client.close()
})

test('the log tells who deleted what, by the names that nothing else has any more', async () => {
  const ada = await signedInClient(hub.socketUrl)
  const { entry } = await ada.call('folder.create', { folder: ada.root, name: 'Old plans', onClash: 'fail' })
  await ada.call('entry.delete', { entries: [entry.id] }, 'delete')
  expect(lineOf('delete')).toMatchObject({
    call: 'entry.delete',
    by: ada.signedIn.user.id,
    address,
    deleted: [
      { id: entry.id, name: 'Old plans', folder: ada.root, path: `${ada.signedIn.user.name}:Old plans` },
    ],
    removed: 1,
  })
  ada.close()
})

test('the log tells of a move that took back what was granted, and of no other', async () => {
  const ada = await signedInClient(hub.socketUrl)
  const account = { email: 'ben@example.org', password }
  const { user } = await ada.call('user.create', { ...account, name: 'Ben' })
  const make = async (folder: string, name: string) =>
    (await ada.call('folder.create', { folder, name, onClash: 'fail' })).entry.id
  const team = await make(ada.root, 'Team')
  const [shared, plain, target] = [
    await make(team, 'Shared'),
    await make(team, 'Plain'),
    await make(team, 'Private'),
  ]
  const inner = await make(shared, 'Inner')
  const subject = { kind: 'user', user: user.id } as const
  await ada.call('access.grant', { entry: team, subject, level: 'delete' })
  for (const entry of [shared, inner])
    await ada.call('access.grant', { entry, subject: { kind: 'everyone' }, level: 'read' })
  const ben = await signedInClient(hub.socketUrl, account)
  await ben.call('entry.move', { entries: [plain], folder: target }, 'dropped nothing')
  expect(lineOf('dropped nothing')).toBeUndefined()
  const entries = [shared, plain]
  await ben.call('entry.move', { entries, folder: target }, 'dropped')
  const of = ada.signedIn.user.name
  expect(lineOf('dropped')).toMatchObject({
    call: 'entry.move',
    by: user.id,
    address,
    moved: [{ id: shared, name: 'Shared', folder: team, path: `${of}:Team/Shared` }],
    folder: target,
    to: `${of}:Team/Private`,
    droppedGrants: 2,
    outcome: 'ok',
  })
  for (const client of [ada, ben]) client.close()
})

test('the answer to a move has the number of dropped grants for those who ask, and for older clients is as it was', async () => {
  const ada = await signedInClient(hub.socketUrl)
  const entries = [
    (await ada.call('folder.create', { folder: ada.root, name: 'Moves', onClash: 'fail' })).entry.id,
  ]
  const move = { entries, folder: ada.root }
  expect(Object.keys(await ada.call('entry.move', move))).toEqual(['entries'])
  expect(await ada.call('entry.move', { ...move, tellDropped: true })).toMatchObject({ droppedGrants: 0 })
  ada.close()
})

test('the log tells once that an account takes no more sign-ins from an address', async () => {
  const attempt = async () => {
    const mallory = await rawClient(hub.socketUrl)
    return mallory
      .call('session.login', { email: 'mallory@example.org', password, ...login })
      .finally(mallory.close)
  }
  const failures = readConfig({}).loginFailuresPerAccount
  for (let n = 0; n < failures; n++)
    await expect(attempt()).rejects.toMatchObject({ reason: 'wrong_credentials' })
  for (let n = 0; n < 3; n++) await expect(attempt()).rejects.toMatchObject({ reason: 'too_many_requests' })
  const told = lines.filter(line => line.email === 'mallory@example.org' && line.level === 40)
  expect(told).toMatchObject([{ address, msg: expect.stringContaining('too many failed sign-ins') }])
})

test('the log tells that a hub is new, who its first administrator is, and each start', async () => {
  const { directory } = hub
  expect(lines).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({
        level: 40,
        data: directory,
        msg: expect.stringContaining('This hub is new'),
      }),
      expect.objectContaining({ level: 40, email: administrator.email }),
      expect.objectContaining({ level: 30, msg: 'started', data: directory, url: hub.url, version }),
    ]),
  )
})

test('no parameter that is logged is a secret', () => {
  const logged = Object.values(calls).flatMap(row => ('logged' in row ? (row.logged ?? []) : []))
  expect(logged).toContain('email')
  for (const secret of ['password', 'current', 'next', 'token', 'access', 'refresh', 'agent'])
    expect(logged).not.toContain(secret)
})
