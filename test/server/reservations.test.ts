import { expect, onTestFinished, test } from 'vitest'
import { encodeSlices } from '../../protocol/frames.ts'
import { newId } from '../storage/open-temporary.ts'
import { temporaryHub } from '../support/hub.ts'
import { type RawClient, signedInClient } from '../support/raw-client.ts'
import { fill, refOf, slice } from './transfers-rig.ts'

const bob = { email: 'bob@example.org', name: 'Bob', password: 'battery horse correct' }
const carol = { email: 'carol@example.org', name: 'Carol', password: 'another long password' }
const everyone = { kind: 'everyone' } as const

const quotaBytes = 1000
const [first, second] = [fill(400, 1), fill(400, 2)]

const open = (client: RawClient, upload: string, folder: string, size: number) =>
  client.call('upload.open', {
    ...{ upload, stream: 1, folder, size },
    ...{ name: upload, modifiedAt: 1, onClash: 'fail' as const },
  })

/** Carol has half of a file on the hub that takes 800 of the 1,000 bytes of Bob's space, into which he lets her write. */
const openHub = async () => {
  const hub = await temporaryHub()
  onTestFinished(() => hub.remove())
  const ada = await signedInClient(hub.socketUrl)
  await ada.call('user.create', { ...bob, quotaBytes })
  const { user } = await ada.call('user.create', carol)
  const owner = await signedInClient(hub.socketUrl, bob)
  const share = () => owner.call('access.grant', { entry: owner.root, subject: everyone, level: 'write' })
  await share()
  const guest = await signedInClient(hub.socketUrl, carol)
  const upload = newId()
  await guest.call('upload.credit', { bytes: 400 })
  await open(guest, upload, owner.root, 800)
  await guest.call('upload.declare', { upload, from: 0, chunks: [first, second].map(refOf) })
  guest.socket.send(encodeSlices([slice(1, 0, first)]))
  await guest.event('upload.stored')
  await expect(open(owner, newId(), owner.root, 300)).rejects.toMatchObject({ reason: 'quota_exceeded' })
  const signInAgain = () => signedInClient(hub.socketUrl, carol)
  return { ada, owner, guest, upload, share, carol: user.id, signInAgain }
}

/** Takes the room and leaves it again. */
const fillAndFree = async (owner: RawClient, folder: string) => {
  const upload = newId()
  await open(owner, upload, folder, quotaBytes)
  await owner.call('upload.cancel', { upload })
}

/** Goes on with an upload of which the first half is stored, and sends the second. */
const goOn = async (client: RawClient, upload: string) => {
  const { chunks } = await client.call('upload.resume', { upload, stream: 2 })
  expect(chunks.map(({ stored }) => stored)).toEqual([true, false])
  await client.call('upload.credit', { bytes: 400 })
  client.socket.send(encodeSlices([slice(2, 1, second)]))
  return client.call('upload.commit', { upload })
}

test('an owner has the room of an upload whose right was revoked, and it goes on when the right is back', async () => {
  const { owner, guest, upload, share } = await openHub()
  await owner.call('access.revoke', { entry: owner.root, subject: everyone })
  await fillAndFree(owner, owner.root)
  await expect(guest.call('upload.resume', { upload, stream: 2 })).rejects.toMatchObject({
    reason: 'not_found',
  })
  await share()
  expect(await goOn(guest, upload)).toMatchObject({ entry: { size: 800 } })
  const { space } = await owner.call('entry.get', { entry: owner.root })
  expect(space).toMatchObject({ usedBytes: 800, reservedBytes: 0 })
})

test('an owner has the room of an upload whose user was disabled, and it goes on when the account is enabled', async () => {
  const { ada, owner, guest, upload, carol: user, signInAgain } = await openHub()
  await ada.call('user.disable', { user, disabled: true })
  await fillAndFree(owner, owner.root)
  await guest.closed
  await ada.call('user.disable', { user, disabled: false })
  expect(await goOn(await signInAgain(), upload)).toMatchObject({ entry: { size: 800 } })
})

test('an upload that has no connection gives its room back too', async () => {
  const { owner, guest, upload, share, signInAgain } = await openHub()
  guest.close()
  await owner.call('access.grant', { entry: owner.root, subject: everyone, level: 'read' })
  await fillAndFree(owner, owner.root)
  await share()
  expect(await goOn(await signInAgain(), upload)).toMatchObject({ entry: { size: 800 } })
})

test('an upload whose room is gone meanwhile is told so, and goes on when there is room', async () => {
  const { owner, guest, upload, share } = await openHub()
  await owner.call('access.revoke', { entry: owner.root, subject: everyone })
  const other = newId()
  await open(owner, other, owner.root, 300)
  await share()
  const calls = [
    () => guest.call('upload.resume', { upload, stream: 2 }),
    () => open(guest, upload, owner.root, 800),
    () => guest.call('upload.declare', { upload, from: 0, chunks: [first, second].map(refOf) }),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ reason: 'quota_exceeded' })
  expect((await guest.call('upload.list', {})).uploads).toMatchObject([{ id: upload, storedBytes: 400 }])
  await owner.call('upload.cancel', { upload: other })
  expect(await goOn(guest, upload)).toMatchObject({ entry: { size: 800 } })
})
