import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Space } from '../../protocol/values.ts'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'

let hub: TemporaryHub
let client: Awaited<ReturnType<typeof signedInClient>>
let root: string

beforeAll(async () => {
  hub = await temporaryHub()
  client = await signedInClient(hub.socketUrl)
  const { spaces } = await client.call('space.list', {})
  root = (spaces[0] as Space).root
})
afterAll(async () => {
  client.close()
  await hub.remove()
})

const requestId = () => randomBytes(16).toString('base64url')
const folder = async (name: string) =>
  (await client.call('folder.create', { folder: root, name, onClash: 'fail' })).entry.id

describe('a call that comes again under its id', () => {
  test('has one effect and the same answer', async () => {
    const id = requestId()
    const params = { folder: root, name: 'once', onClash: 'keepBoth' } as const
    const first = await client.call('folder.create', params, id)
    expect(await client.call('folder.create', params, id)).toEqual(first)
    const { entries } = await client.call('folder.list', { folder: root })
    expect(entries.filter(entry => entry.name.startsWith('once'))).toHaveLength(1)
  })

  test('is answered although it took away itself what it was authorised by', async () => {
    const id = requestId()
    const entries = [await folder('to be deleted')]
    expect(await client.call('entry.delete', { entries }, id)).toEqual({ removed: 1 })
    expect(await client.call('entry.delete', { entries }, id)).toEqual({ removed: 1 })
    await expect(client.call('entry.delete', { entries }, requestId())).rejects.toMatchObject({
      reason: 'not_found',
    })
  })

  test('opens no way to something else', async () => {
    const id = requestId()
    const deleted = await folder('deleted')
    await client.call('entry.delete', { entries: [deleted] }, id)
    const nobodys = requestId()
    await expect(client.call('entry.delete', { entries: [nobodys] }, id)).rejects.toMatchObject({
      reason: 'conflict',
    })
    await expect(client.call('entry.rename', { entry: nobodys, name: 'x' }, id)).rejects.toMatchObject({
      reason: 'conflict',
    })
  })
})

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
