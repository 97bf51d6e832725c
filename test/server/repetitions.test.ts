import { expect, onTestFinished, test } from 'vitest'
import { temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'

const account = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }
const dayMs = 24 * 60 * 60 * 1000

test('the id of an old request opens nothing that its user has no right to', async () => {
  let now = 1_700_000_000_000
  const hub = await temporaryHub({}, { clock: () => now })
  onTestFinished(() => hub.remove())
  const ada = await signedInClient(hub.socketUrl)
  await ada.call('user.create', account)
  const before = await signedInClient(hub.socketUrl, account)
  await before.call('folder.create', { folder: before.root, name: 'own', onClash: 'fail' }, 'used before')
  now += dayMs + 1
  const bob = await signedInClient(hub.socketUrl, account)
  const everyone = { entry: ada.root, subject: { kind: 'everyone' }, level: 'admin' } as const
  await expect(bob.call('access.grant', everyone, 'used before')).rejects.toMatchObject({
    reason: 'not_found',
  })
  expect(await hub.hub.storage.access.level(bob.signedIn.user.id, ada.root)).toBeNull()
})
