import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../server/transfers/deferred.ts'
import { emptyFiles, upload } from '../storage/open-temporary.ts'
import { temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'
import { fill } from './transfers-rig.ts'

/** More than are read at once. */
const many = 2_100

/** Ada's folder `top` of 2,104 files with 130 bytes and two folders in it, and Bob, who may read the folder `inner` of it. */
const openHub = async () => {
  const hub = await temporaryHub()
  onTestFinished(() => hub.remove())
  const { storage } = hub.hub
  const ada = await signedInClient(hub.socketUrl)
  const folderIn = async (folder: string, name: string) =>
    (await ada.call('folder.create', { folder, name, onClash: 'fail' })).entry.id
  const top = await folderIn(ada.root, 'top')
  const inner = await folderIn(top, 'inner')
  const innermost = await folderIn(inner, 'innermost')
  const { id: user } = ada.signedIn.user
  await storage.uploads.putMany({ user, requestId: null }, inner, emptyFiles(many))
  for (const name of ['a', 'b', 'c']) await upload(storage, user, innermost, name, [fill(10, 1)])
  const { entry: file } = await upload(storage, user, top, 'd', [fill(100, 2)])
  const account = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }
  await ada.call('user.create', account)
  const subject = { kind: 'email', email: account.email } as const
  await ada.call('access.grant', { entry: inner, subject, level: 'read' })
  const bob = await signedInClient(hub.socketUrl, account)
  return { storage, ada, bob, subject, top, inner, innermost, file: file.id }
}

test('what is in folders is counted at every depth, also more than is read at once', async () => {
  const { ada, bob, top, inner, innermost, file } = await openHub()
  const sum = async (client: typeof ada, ...entries: string[]) => client.call('entry.sum', { entries })
  expect(await sum(ada, top)).toEqual({ files: many + 4, folders: 2, bytes: 130 })
  expect(await sum(ada, inner)).toEqual({ files: many + 3, folders: 1, bytes: 30 })
  expect(await sum(ada, innermost, file)).toEqual({ files: 3, folders: 0, bytes: 30 })
  expect(await sum(bob, inner)).toEqual({ files: many + 3, folders: 1, bytes: 30 })
  await expect(sum(bob, inner, top)).rejects.toMatchObject({ reason: 'not_found' })
})

test('who loses the right while it is counted is not told', async () => {
  const { storage, ada, bob, subject, inner } = await openHub()
  const { sums } = storage.entries
  storage.entries.sums = async function* (ids) {
    yield* sums(ids)
    await ada.call('access.revoke', { entry: inner, subject })
  }
  await expect(bob.call('entry.sum', { entries: [inner] })).rejects.toMatchObject({ reason: 'not_found' })
})

test('nothing is counted further for who is gone', async () => {
  const { storage, bob, inner } = await openHub()
  const { sums } = storage.entries
  const left = deferred<number>()
  storage.entries.sums = async function* (ids) {
    let parts = 0
    try {
      for await (const part of sums(ids)) {
        parts++
        yield part
        if (parts > 1) continue
        bob.close()
        // The hub hears of it a little later.
        await new Promise(resolve => setTimeout(resolve, 100))
      }
    } finally {
      left.resolve(parts)
    }
  }
  bob.call('entry.sum', { entries: [inner] }).catch(() => undefined)
  expect(await left.promise).toBe(2)
})
