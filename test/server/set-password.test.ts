import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../storage/open-temporary.ts'
import { administrator, type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { type RawClient, rawClient, signedInClient } from '../support/raw-client.ts'

/** How an administrator helps somebody who forgot a password. */

let hub: TemporaryHub
let ada: Awaited<ReturnType<typeof signedInClient>>
let guest: RawClient

beforeAll(async () => {
  hub = await temporaryHub()
  ada = await signedInClient(hub.socketUrl)
})
beforeEach(async () => {
  guest = await rawClient(hub.socketUrl)
  return () => guest.close()
})
afterAll(async () => {
  ada?.close()
  await hub.remove()
})

const next = 'given by the administrator'
const accountOf = (name: string) => ({
  email: `${name}@example.org`,
  password: `the old password of ${name}`,
})

const makeUser = async (name: string, role: 'admin' | 'member' = 'member') => {
  const account = accountOf(name)
  const { user } = await ada.call('user.create', { ...account, name, role })
  return { ...account, id: user.id }
}

const login = ({ email, password }: { email: string; password: string }) =>
  guest.call('session.login', { email, password, keep: 'token', agent: 'test' })

test('another password is good for the next sign-in, and all sessions from before are over', async () => {
  const bob = await makeUser('bob')
  const [here, there] = [
    await signedInClient(hub.socketUrl, bob),
    await signedInClient(hub.socketUrl, bob),
  ] as const
  expect(await ada.call('user.setPassword', { user: bob.id, password: next })).toEqual({ endedSessions: 2 })
  for (const client of [here, there]) {
    expect(await client.event('session.ended')).toEqual({ reason: 'password' })
    expect((await client.closed).code).toBe(4002)
    const refresh = client.signedIn.refresh ?? ''
    await expect(guest.call('session.refresh', { refresh })).rejects.toMatchObject({
      reason: 'session_ended',
    })
  }
  await expect(login(bob)).rejects.toMatchObject({ reason: 'wrong_credentials' })
  expect((await login({ ...bob, password: next })).user.id).toBe(bob.id)
  expect((await ada.call('session.list', {})).sessions).toHaveLength(1)
})

test('an administrator cannot do it to the own account, which needs the present password', async () => {
  const { user } = ada.signedIn
  await expect(ada.call('user.setPassword', { user: user.id, password: next })).rejects.toMatchObject({
    reason: 'conflict',
    message: expect.stringContaining('account.changePassword'),
  })
  expect((await login(administrator)).user.id).toBe(user.id)
})

test('another administrator is given one like everybody else', async () => {
  const carol = await makeUser('carol', 'admin')
  await ada.call('user.setPassword', { user: carol.id, password: next })
  expect((await login({ ...carol, password: next })).user).toMatchObject({ id: carol.id, role: 'admin' })
})

test('a disabled account stays so', async () => {
  const dave = await makeUser('dave')
  await ada.call('user.disable', { user: dave.id, disabled: true })
  expect(await ada.call('user.setPassword', { user: dave.id, password: next })).toEqual({ endedSessions: 0 })
  await expect(login({ ...dave, password: next })).rejects.toMatchObject({ reason: 'account_disabled' })
})

test('an account that is not there is not found', async () => {
  await expect(ada.call('user.setPassword', { user: newId(), password: next })).rejects.toMatchObject({
    reason: 'not_found',
  })
})

test('the call that comes again under its id ends no session that began since', async () => {
  const erin = await makeUser('erin')
  const [id, params] = [newId(), { user: erin.id, password: next }]
  expect(await ada.call('user.setPassword', params, id)).toEqual({ endedSessions: 0 })
  const { session } = await login({ ...erin, password: next })
  expect(await ada.call('user.setPassword', params, id)).toEqual({ endedSessions: 0 })
  expect((await guest.call('session.list', {})).sessions).toMatchObject([{ id: session }])
})
