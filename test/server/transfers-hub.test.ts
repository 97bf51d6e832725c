import { expect, onTestFinished, test } from 'vitest'
import { encodeSlices, type Slice } from '../../protocol/frames.ts'
import type { OnClash } from '../../protocol/values.ts'
import { newId } from '../storage/open-temporary.ts'
import { temporaryHub } from '../support/hub.ts'
import { type RawClient, rawClient, signedInClient } from '../support/raw-client.ts'
import { fill, refOf, slice } from './transfers-rig.ts'

const MiB = 2 ** 20

const openHub = async (environment: Record<string, string> = {}) => {
  const hub = await temporaryHub(environment)
  onTestFinished(() => hub.remove())
  return hub
}

const send = (client: RawClient, ...slices: Slice[]): void => client.socket.send(encodeSlices(slices))

const open = (
  client: RawClient,
  upload: string,
  folder: string,
  size: number,
  more: Partial<{ onClash: OnClash; name: string }> = {},
) =>
  client.call('upload.open', {
    upload,
    stream: 1,
    folder,
    name: 'a.bin',
    size,
    modifiedAt: 1,
    onClash: 'fail',
    ...more,
  })

const declare = (client: RawClient, upload: string, chunks: Uint8Array[]) =>
  client.call('upload.declare', { upload, from: 0, chunks: chunks.map(refOf) })

/** Sends everything of an upload at once; the first call that fails says why. */
const put = async (client: RawClient, folder: string, bytes: Uint8Array, onClash: OnClash) => {
  const upload = newId()
  await client.call('upload.credit', { bytes: bytes.length })
  const opened = open(client, upload, folder, bytes.length, { onClash })
  const declared = declare(client, upload, [bytes])
  send(client, slice(1, 0, bytes))
  const [, , committed] = await Promise.all([opened, declared, client.call('upload.commit', { upload })])
  return committed
}

test('an upload whose every message is sent at once becomes a file', async () => {
  const hub = await openHub()
  const client = await signedInClient(hub.socketUrl)
  const first = await put(client, client.root, fill(MiB, 1), 'fail')
  expect(first.entry.name).toBe('a.bin')
  await expect(put(client, client.root, fill(10, 2), 'fail')).rejects.toMatchObject({ reason: 'name_taken' })
  expect((await put(client, client.root, fill(10, 3), 'keepBoth')).entry.name).toBe('a (2).bin')
  const replaced = await put(client, client.root, fill(10, 4), 'replace')
  expect(replaced.entry.id).toBe(first.entry.id)
  expect(replaced.entry.version).not.toBe(first.entry.version)
  expect((await put(client, client.root, fill(10, 4), 'replace')).unchanged).toBe(true)
})

test('more bytes than were granted close the socket', async () => {
  const hub = await openHub()
  const client = await signedInClient(hub.socketUrl)
  const upload = newId()
  await client.call('upload.credit', { bytes: 5 })
  await open(client, upload, client.root, 10)
  await declare(client, upload, [fill(10, 1)])
  send(client, slice(1, 0, fill(10, 1)))
  expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('window_overrun') })
})

test('an unknown stream closes the socket', async () => {
  const hub = await openHub()
  const client = await signedInClient(hub.socketUrl)
  await client.call('upload.credit', { bytes: 100 })
  send(client, slice(77, 0, fill(10, 1)))
  expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('unknown_stream') })
})

test('an upload survives its socket and goes on over the next, and its commit can be repeated', async () => {
  const hub = await openHub()
  const before = await signedInClient(hub.socketUrl)
  const [first, second] = [fill(1000, 1), fill(1000, 2)]
  const upload = newId()
  await before.call('upload.credit', { bytes: MiB })
  await open(before, upload, before.root, 2000)
  await declare(before, upload, [first, second])
  send(before, slice(1, 0, first))
  await before.event('upload.stored')
  before.close()
  await before.closed
  const after = await signedInClient(hub.socketUrl)
  const answer = await after.call('upload.resume', { upload, stream: 4 })
  expect(answer.chunks.map(chunk => chunk.stored)).toEqual([true, false])
  await after.call('upload.credit', { bytes: MiB })
  send(after, slice(4, 1, second))
  const committed = await after.call('upload.commit', { upload })
  expect(committed).toMatchObject({ entry: { size: 2000 } })
  expect(await after.call('upload.commit', { upload })).toEqual(committed)
})

/** An upload of which the hub has taken 300 of 1,000 bytes. */
const begun = async (client: Awaited<ReturnType<typeof rawClient>>, folder: string): Promise<string> => {
  const upload = newId()
  await client.call('upload.credit', { bytes: MiB })
  await open(client, upload, folder, 1000, { name: 'b.bin' })
  await declare(client, upload, [fill(1000, 1)])
  send(client, slice(1, 0, fill(1000, 1).subarray(0, 300), 0, false))
  // An answer proves that the hub has taken what was sent before.
  await client.call('upload.list', {})
  return upload
}

test('a revoked right stops an upload and a signed address at once', async () => {
  const hub = await openHub()
  const admin = await signedInClient(hub.socketUrl)
  const bob = { email: 'bob@example.org', password: 'battery horse correct' }
  await admin.call('user.create', { ...bob, name: 'Bob' })
  const subject = { kind: 'email', email: bob.email } as const
  await admin.call('access.grant', { entry: admin.root, subject, level: 'write' })
  const { entry } = await put(admin, admin.root, fill(2000, 5), 'fail')
  const client = await signedInClient(hub.socketUrl, bob)
  const { url } = await client.call('download.url', { entries: [entry.id] })
  const get = async () => {
    const answer = await fetch(`http://127.0.0.1:${hub.port}${url}`)
    await answer.arrayBuffer()
    return answer.status
  }
  expect(await get()).toBe(200)
  const upload = await begun(client, admin.root)
  await admin.call('access.revoke', { entry: admin.root, subject })
  expect(await client.event('upload.refused')).toMatchObject({ reason: 'cancelled', credit: 300 })
  await expect(client.call('upload.commit', { upload })).rejects.toMatchObject({ reason: 'not_found' })
  expect(await get()).toBe(410)
})

test('an upload whose folder is deleted is told so', async () => {
  const hub = await openHub()
  const client = await signedInClient(hub.socketUrl)
  const { entry: folder } = await client.call('folder.create', {
    ...{ folder: client.root, name: 'short-lived', onClash: 'fail' },
  })
  await begun(client, folder.id)
  await client.call('entry.delete', { entries: [folder.id] })
  expect(await client.event('upload.refused')).toMatchObject({
    ...{ reason: 'cancelled', message: 'The folder it was going to was deleted.' },
  })
})

test('twenty connections get through a budget for two chunks', async () => {
  const hub = await openHub({ WHERRY_UPLOAD_BUDGET_BYTES: '8M', WHERRY_WINDOW_BYTES: '4M' })
  const { root, signedIn } = await signedInClient(hub.socketUrl)
  const upload = async (n: number) => {
    const client = await rawClient(hub.socketUrl)
    await client.call('session.resume', { access: signedIn.access })
    const bytes = fill(3 * MiB, n)
    const id = newId()
    const { credit } = await client.call('upload.credit', { bytes: bytes.length })
    if (credit < bytes.length) await client.event('upload.credited')
    const opened = open(client, id, root, bytes.length, { name: `${n}` })
    const declared = declare(client, id, [bytes])
    for (const i of [0, 1, 2]) {
      send(client, slice(1, 0, bytes.subarray(i * MiB, (i + 1) * MiB), i * MiB, i === 2))
    }
    const [, , committed] = await Promise.all([
      opened,
      declared,
      client.call('upload.commit', { upload: id }),
    ])
    await client.call('upload.credit', { bytes: 0 })
    return committed.entry.size
  }
  const sizes = await Promise.all(Array.from({ length: 20 }, (_, n) => upload(n)))
  expect(sizes).toEqual(sizes.map(() => 3 * MiB))
  expect(hub.hub.storage.chunks.health().allocatedBytes).toBe(0)
})
