import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLoginLimits } from '../../server/auth/login-limits.ts'
import { administrator, type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { rawClient, signedInClient } from '../support/raw-client.ts'

let hub: TemporaryHub
let now = Date.now()
const warnings: Record<string, unknown>[] = []
beforeAll(async () => {
  const log = pino({ level: 'warn' }, { write: line => void warnings.push(JSON.parse(line)) })
  hub = await temporaryHub({ WHERRY_LOGIN_FAILURES_PER_ACCOUNT: '5' }, { clock: () => now, log })
})
afterAll(() => hub.remove())

const login = { ...administrator, keep: 'token', agent: 'test' } as const

describe('a session', () => {
  test('goes on with its access token on another connection', async () => {
    const one = await signedInClient(hub.socketUrl)
    const two = await rawClient(hub.socketUrl)
    const resumed = await two.call('session.resume', { access: one.signedIn.access })
    expect(resumed.session).toBe(one.signedIn.session)
    const { sessions } = await two.call('session.list', {})
    expect(sessions.find(session => session.current)?.id).toBe(one.signedIn.session)
    for (const client of [one, two]) client.close()
  })

  test('has to be renewed when its access token is over, and goes on then', async () => {
    const client = await signedInClient(hub.socketUrl)
    now += 11 * 60_000
    await expect(client.call('space.list', {})).rejects.toMatchObject({ reason: 'session_expired' })
    const { access, refresh } = client.signedIn
    await expect(client.call('session.resume', { access })).rejects.toMatchObject({
      reason: 'session_expired',
    })
    const renewed = await client.call('session.refresh', { refresh: refresh ?? '' })
    expect(renewed.session).toBe(client.signedIn.session)
    expect((await client.call('space.list', {})).spaces).toHaveLength(1)
    client.close()
  })

  test('ends when a refresh token comes back that was replaced long ago', async () => {
    const client = await signedInClient(hub.socketUrl)
    const first = client.signedIn.refresh ?? ''
    const second = await client.call('session.refresh', { refresh: first })
    await client.call('session.refresh', { refresh: second.refresh ?? '' })
    now += 120_000
    const thief = await rawClient(hub.socketUrl)
    await expect(thief.call('session.refresh', { refresh: first })).rejects.toMatchObject({
      reason: 'session_ended',
    })
    expect(await client.event('session.ended')).toEqual({ reason: 'reused' })
    expect((await client.closed).code).toBe(4002)
    const { session } = client.signedIn
    expect(warnings).toContainEqual(
      expect.objectContaining({ session, msg: expect.stringContaining('an old refresh token came back') }),
    )
    thief.close()
  })

  test('is closed everywhere at once when it is revoked', async () => {
    const [mine, lost] = [await signedInClient(hub.socketUrl), await signedInClient(hub.socketUrl)]
    await mine.call('session.revoke', { session: lost.signedIn.session })
    expect(await lost.event('session.ended')).toEqual({ reason: 'revoked' })
    expect((await lost.closed).code).toBe(4002)
    const again = await rawClient(hub.socketUrl)
    await expect(again.call('session.resume', { access: lost.signedIn.access })).rejects.toMatchObject({
      reason: 'session_ended',
    })
    for (const client of [mine, again]) client.close()
  })

  test('answers its own logout before it closes', async () => {
    const client = await signedInClient(hub.socketUrl)
    expect(await client.call('session.logout', {})).toEqual({})
    expect((await client.closed).code).toBe(4002)
  })

  test('of a disabled account ends at once', async () => {
    const admin = await signedInClient(hub.socketUrl)
    const account = { email: 'eve@example.org', name: 'Eve', password: 'another long password' }
    const { user } = await admin.call('user.create', account)
    const eve = await signedInClient(hub.socketUrl, account)
    await admin.call('user.disable', { user: user.id, disabled: true })
    expect(await eve.event('session.ended')).toEqual({ reason: 'disabled' })
    const again = await rawClient(hub.socketUrl)
    await expect(
      again.call('session.login', { ...login, ...account, name: undefined } as never),
    ).rejects.toMatchObject({
      reason: 'account_disabled',
    })
    for (const client of [admin, again]) client.close()
  })
})

test('Wrong passwords and unknown accounts get the same answer, and too many of them none', async () => {
  const client = await rawClient(hub.socketUrl)
  const attempt = (email: string) =>
    client.call('session.login', { ...login, email, password: 'wrong password' })
  await expect(attempt(administrator.email)).rejects.toMatchObject({ reason: 'wrong_credentials' })
  for (let i = 0; i < 5; i++) {
    await expect(attempt('nobody@example.org')).rejects.toMatchObject({ reason: 'wrong_credentials' })
  }
  await expect(attempt('NOBODY@example.org')).rejects.toMatchObject({ reason: 'too_many_requests' })
  client.close()
})

describe('Sign-ins that succeed', () => {
  const limits = { loginFailuresPerAccount: 2, loginFailuresPerAddress: 3, loginsPerMinute: 100 }
  const open = () => createLoginLimits(limits, { warn: () => {} })
  const refused = { reason: 'too_many_requests' }

  test('use nothing up of what their account and their address may fail', async () => {
    const { attempt, succeeded } = open()
    for (let i = 0; i < 30; i++) {
      await attempt('192.0.2.1', 'ada@example.org')
      await succeeded('192.0.2.1', 'ada@example.org')
    }
  })

  test('forget what failed before from there, and for that account only', async () => {
    const { attempt, succeeded } = open()
    await attempt('2001:db8::1', 'ada@example.org')
    await attempt('2001:db8::2', 'ada@example.org')
    await succeeded('2001:db8::1', 'ada@example.org')
    await attempt('2001:db8::1', 'ada@example.org')
    await attempt('2001:db8::1', 'bob@example.org')
    // One network is one address, whose own limit is three.
    await expect(attempt('2001:db8::3', 'bob@example.org')).rejects.toMatchObject(refused)
  })
})

test('The first administrator is made with the printed token, once', async () => {
  const fresh = await temporaryHub({}, { withoutAdministrator: true })
  const client = await rawClient(fresh.socketUrl)
  expect((await client.call('hub.hello', { client: 'test' })).needsSetup).toBe(true)
  const account = { ...login, name: 'Ada' }
  await expect(client.call('account.setup', { ...account, token: 'wrong' })).rejects.toMatchObject({
    reason: 'wrong_setup_token',
  })
  const made = await client.call('account.setup', { ...account, token: fresh.setupToken ?? '' })
  expect(made.user).toMatchObject({ email: administrator.email, role: 'admin' })
  expect((await client.call('user.list', {})).users).toHaveLength(1)
  const late = await rawClient(fresh.socketUrl)
  await expect(
    late.call('account.setup', { ...account, token: fresh.setupToken ?? '' }),
  ).rejects.toMatchObject({
    reason: 'already_set_up',
  })
  for (const one of [client, late]) one.close()
  await fresh.remove()
})
