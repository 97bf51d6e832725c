import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'

const account = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }

let hub: TemporaryHub
let ada: Awaited<ReturnType<typeof signedInClient>>
let bob: Awaited<ReturnType<typeof signedInClient>>

beforeAll(async () => {
  hub = await temporaryHub()
  ada = await signedInClient(hub.socketUrl)
  await ada.call('user.create', account)
  bob = await signedInClient(hub.socketUrl, account)
})
afterAll(async () => {
  for (const client of [ada, bob]) client?.close()
  await hub.remove()
})

const folderOf = async (folder: string, name: string): Promise<string> =>
  (await ada.call('folder.create', { folder, name, onClash: 'fail' })).entry.id

const grantToBob = (entry: string, level: 'read' | 'write') =>
  ada.call('access.grant', { entry, subject: { kind: 'email', email: account.email }, level })

test('renaming says of a taken name no more than that, where the folder is not readable', async () => {
  const closed = await folderOf(ada.root, 'closed')
  await folderOf(closed, 'Secret plan')
  const shared = await folderOf(closed, 'shared')
  await grantToBob(shared, 'write')
  const rename = bob.call('entry.rename', { entry: shared, name: 'secret PLAN' })
  const error = await rename.catch(reason => reason)
  expect(error.reason).toBe('name_taken')
  expect(error.details).toEqual({})
  expect(error.message).not.toContain('Secret plan')
  const own = await ada.call('entry.rename', { entry: shared, name: 'secret plan' }).catch(reason => reason)
  expect(own.details.entry.name).toBe('Secret plan')
})

test('an entry says nothing of how full a space is that the caller may not read', async () => {
  const shared = await folderOf(await folderOf(ada.root, 'above'), 'below')
  await hub.hub.storage.uploads.open(ada.signedIn.user.id, {
    id: 'u'.repeat(22),
    folder: ada.root,
    name: 'reserved',
    size: 1234,
    modifiedAt: 0,
    onClash: 'fail',
  })
  await grantToBob(shared, 'read')
  expect((await ada.call('entry.get', { entry: shared })).space.reservedBytes).toBe(1234)
  const { space, path } = await bob.call('entry.get', { entry: shared })
  expect(space).toMatchObject({ level: null, usedBytes: 0, reservedBytes: 0, quotaBytes: null })
  expect(path).toEqual([])
})
