import { expect, onTestFinished, test } from 'vitest'
import { openUpload } from '../../server/handlers/uploads.ts'
import { newId } from '../storage/open-temporary.ts'
import { temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'
import { callIn, openRig } from './transfers-rig.ts'

const account = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }

test('a call whose session ends while it is still being counted does not run', async () => {
  const hub = await temporaryHub()
  onTestFinished(() => hub.remove())
  const ada = await signedInClient(hub.socketUrl)
  await ada.call('user.create', account)
  const bob = await signedInClient(hub.socketUrl, account)
  const { loginLimits, storage } = hub.hub
  const counted = loginLimits.countGuarded
  loginLimits.countGuarded = async () => {
    loginLimits.countGuarded = counted
    await storage.sessions.end(bob.signedIn.user.id, bob.signedIn.session, 'revoked')
  }
  const made = bob.call('user.create', { ...account, email: 'eve@example.org', role: 'admin' })
  await expect(made).rejects.toThrow()
  await bob.closed
  await ada.call('user.create', { ...account, email: 'later@example.org' })
  const { users } = await ada.call('user.list', {})
  expect(users.map(user => user.email)).not.toContain('eve@example.org')
})

test('an upload whose connection is lost while it is opened is not told as running', async () => {
  const rig = await openRig()
  const connection = rig.connect()
  const file = { folder: rig.root, name: 'lost', size: 10, modifiedAt: 0, onClash: 'fail' as const }
  const opening = callIn(rig, connection, 'upload.open', openUpload, { upload: newId(), stream: 1, ...file })
  await Promise.resolve()
  rig.transfers.connectionClosed(connection)
  await opening
  expect(rig.transfers.progressOf(rig.root)).toMatchObject([{ name: 'lost', state: 'waiting' }])
})

test('a sign-in with a password that is changed while it is checked leads nowhere', async () => {
  const hub = await temporaryHub()
  onTestFinished(() => hub.remove())
  const ada = await signedInClient(hub.socketUrl)
  const { passwords, storage } = hub.hub
  const { verify } = passwords
  passwords.verify = async (hash, password) => {
    const isRight = await verify(hash, password)
    passwords.verify = verify
    const next = await passwords.hash('a new long password')
    const actor = { user: ada.signedIn.user.id, requestId: null }
    await storage.users.setPasswordHash(actor, next, ada.signedIn.session)
    return isRight
  }
  await expect(signedInClient(hub.socketUrl)).rejects.toThrow()
  expect((await ada.call('session.list', {})).sessions.map(session => session.current)).toEqual([true])
})
