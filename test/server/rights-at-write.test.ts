import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'

/** What happens between the moment a call is authorised and the transaction of its write. */

const accountOf = (name: string) => ({
  email: `${name}@example.org`,
  name,
  password: 'another long password',
})

let hub: TemporaryHub
let ada: Awaited<ReturnType<typeof signedInClient>>

beforeAll(async () => {
  hub = await temporaryHub()
  ada = await signedInClient(hub.socketUrl)
})
afterAll(async () => {
  ada?.close()
  await hub.remove()
})

type Noun = 'users' | 'entries' | 'access' | 'uploads'
type Writes = Record<string, (...args: unknown[]) => Promise<unknown>>

/** Holds back the next write of that name until something has happened; resolves with what came of it. */
const afterAuthorising = (noun: Noun, write: string, happen: () => Promise<unknown>): Promise<unknown> => {
  const writes = hub.hub.storage[noun] as unknown as Writes
  const original = writes[write] as Writes[string]
  return new Promise((resolve, reject) => {
    writes[write] = async (...args) => {
      writes[write] = original
      await happen()
      const written = original(...args)
      written.then(resolve, reject)
      return written
    }
  })
}

describe('an administrator who is disabled while a call is under way', () => {
  const administrator = async (name: string) => {
    const { user } = await ada.call('user.create', { ...accountOf(name), role: 'admin' })
    const client = await signedInClient(hub.socketUrl, accountOf(name))
    const disable = () => ada.call('user.disable', { user: user.id, disabled: true })
    return { client, disable }
  }

  test('makes no account', async () => {
    const { client, disable } = await administrator('boss')
    const written = afterAuthorising('users', 'create', disable)
    client.call('user.create', { ...accountOf('back'), role: 'admin' }).catch(() => {})
    await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
    const { users } = await ada.call('user.list', {})
    expect(users.map(user => user.name)).not.toContain('back')
  })

  test('disables nobody', async () => {
    const { client, disable } = await administrator('chief')
    const { user } = await ada.call('user.create', accountOf('dan'))
    const written = afterAuthorising('users', 'setDisabled', disable)
    client.call('user.disable', { user: user.id, disabled: true }).catch(() => {})
    await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
    expect(await hub.hub.storage.users.get(user.id)).toMatchObject({ disabled: false })
  })
})

test('a session that is ended while it changes the password changes nothing', async () => {
  await ada.call('user.create', accountOf('erin'))
  const thief = await signedInClient(hub.socketUrl, accountOf('erin'))
  const owner = await signedInClient(hub.socketUrl, accountOf('erin'))
  const written = afterAuthorising('users', 'setPasswordHash', () =>
    owner.call('session.revoke', { session: thief.signedIn.session }),
  )
  const { password: current } = accountOf('erin')
  thief.call('account.changePassword', { current, next: 'known to the thief' }).catch(() => {})
  await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
  expect((await owner.call('session.list', {})).sessions).toHaveLength(1)
  await signedInClient(hub.socketUrl, accountOf('erin'))
})
