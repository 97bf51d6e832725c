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
  await hub.hub.storage.uploads.open(
    { user: ada.signedIn.user.id, requestId: null },
    {
      id: 'u'.repeat(22),
      folder: ada.root,
      name: 'reserved',
      size: 1234,
      modifiedAt: 0,
      onClash: 'fail',
    },
  )
  await grantToBob(shared, 'read')
  expect((await ada.call('entry.get', { entry: shared })).space.reservedBytes).toBe(1234)
  const { space, path } = await bob.call('entry.get', { entry: shared })
  expect(space).toMatchObject({ level: null, usedBytes: 0, reservedBytes: 0, quotaBytes: null })
  expect(path).toEqual([])
})

const openUpload = (upload: string, folder: string) => {
  const file = { name: upload, size: 10, modifiedAt: 0, onClash: 'keepBoth' as const }
  return { upload, stream: 1, folder, ...file }
}

test('an upload is found by its own user only, and goes on as long as that user may write', async () => {
  const upload = 'o'.repeat(22)
  const folder = await folderOf(ada.root, 'for uploads')
  await grantToBob(folder, 'write')
  await bob.call('upload.open', openUpload(upload, folder))
  const chunks = [{ hash: 'a'.repeat(64), size: 10 }]
  const asAda = [
    ada.call('upload.declare', { upload, from: 0, chunks }),
    ada.call('upload.commit', { upload }),
    ada.call('upload.resume', { upload, stream: 2 }),
  ]
  for (const call of asAda) await expect(call).rejects.toMatchObject({ reason: 'not_found' })
  await ada.call('upload.cancel', { upload })
  expect((await bob.call('upload.list', {})).uploads.map(one => one.id)).toContain(upload)
  await grantToBob(folder, 'read')
  const declare = () => bob.call('upload.declare', { upload, from: 0, chunks })
  await expect(declare()).rejects.toMatchObject({ reason: 'forbidden' })
  await expect(bob.call('upload.resume', { upload, stream: 1 })).rejects.toMatchObject({
    reason: 'forbidden',
  })
  await ada.call('access.revoke', { entry: folder, subject: { kind: 'email', email: account.email } })
  await expect(declare()).rejects.toMatchObject({ reason: 'not_found' })
})

test('a path says nothing of what lies there to those who may not read it', async () => {
  const closed = await folderOf(ada.root, 'vault')
  await folderOf(closed, 'inside')
  for (const path of [[], ['vault'], ['vault', 'inside'], ['vault', 'no such']])
    await expect(bob.call('entry.resolve', { space: ada.space, path })).rejects.toMatchObject({
      reason: 'not_found',
    })
})

test('every right that a call needs is needed', async () => {
  const shown = await folderOf(ada.root, 'shown')
  const inside = await folderOf(shown, 'thing')
  await grantToBob(shown, 'read')
  const move = bob.call('entry.move', { entries: [inside], folder: bob.root })
  await expect(move).rejects.toMatchObject({ reason: 'forbidden' })
  const copyInto = bob.call('entry.copy', { entries: [bob.root], folder: shown })
  await expect(copyInto).rejects.toMatchObject({ reason: 'forbidden' })
  const copyHidden = bob.call('entry.copy', { entries: [inside, ada.root], folder: bob.root })
  await expect(copyHidden).rejects.toMatchObject({ reason: 'not_found' })
  expect((await bob.call('entry.copy', { entries: [inside], folder: bob.root })).entries).toHaveLength(1)
})

test('who may administer an entry cannot reach above it', async () => {
  const above = await folderOf(ada.root, 'upper')
  const lent = await folderOf(above, 'lent')
  const subject = { kind: 'email', email: account.email } as const
  await ada.call('access.grant', { entry: lent, subject, level: 'admin' })
  const { grants } = await bob.call('access.list', { entry: lent })
  expect(grants.map(grant => grant.entry)).toEqual([lent])
  const reach = bob.call('access.grant', { entry: above, subject, level: 'admin' })
  await expect(reach).rejects.toMatchObject({ reason: 'not_found' })
})

test('a disabled account has no socket, no address and no sign-in left', async () => {
  const eve = { email: 'eve@example.org', name: 'Eve', password: 'another long password' }
  const { user } = await ada.call('user.create', eve)
  const socket = await signedInClient(hub.socketUrl, eve)
  const { url } = await socket.call('download.url', { entries: [socket.root] })
  const address = `http://127.0.0.1:${hub.port}${url}`
  expect((await fetch(address)).status).toBe(200)
  await ada.call('user.disable', { user: user.id, disabled: true })
  expect((await socket.closed).code).toBe(4002)
  expect((await fetch(address)).status).toBe(410)
  await expect(signedInClient(hub.socketUrl, eve)).rejects.toMatchObject({ reason: 'account_disabled' })
})

test('what was taken back is not given again by whoever did not see that', async () => {
  const subject = { kind: 'user' as const, user: ada.signedIn.user.id }
  const replacing = { entry: bob.root, subject, level: 'write', replaces: 'read' } as const
  await expect(bob.call('access.grant', replacing)).rejects.toMatchObject({ reason: 'conflict' })
  await bob.call('access.grant', { entry: bob.root, subject, level: 'read' })
  expect((await bob.call('access.grant', replacing)).grant.level).toBe('write')
})
