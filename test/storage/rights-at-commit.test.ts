import { expect, test } from 'vitest'
import { bytesOf, newId, person, putChunk, sha256, withAda } from './open-temporary.ts'

const bytes = bytesOf('bytes of Bob')
const ref = { hash: sha256(bytes), size: bytes.length }

/** Bob may write into a folder of Ada's until `revoke` is called. */
const withBob = async () => {
  const { storage, actor, root } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const { entry: folder } = await storage.entries.createFolder(actor, root, 'shared', 'fail')
  const subject = { kind: 'user' as const, user: bob.id }
  await storage.access.grant(actor, folder.id, subject, 'write')
  await storage.chunks.put(ref.hash, bytes)
  return {
    storage,
    bob: bob.id,
    folder: folder.id,
    revoke: () => storage.access.revoke(actor, folder.id, subject),
    only: (level: 'read') => storage.access.grant(actor, folder.id, subject, level),
  }
}

test('an upload is not committed by a user whose right to write there was taken back', async () => {
  const { storage, bob, folder, revoke, only } = await withBob()
  const id = newId()
  const size = bytes.length
  await storage.uploads.open(bob, { id, folder, name: 'late', size, modifiedAt: 0, onClash: 'fail' })
  await storage.uploads.declare(bob, id, 0, [ref], false)
  await putChunk(storage, id, 0, bytes)
  await only('read')
  await expect(storage.uploads.commit(bob, id, 'text/plain')).rejects.toMatchObject({ reason: 'forbidden' })
  await revoke()
  await expect(storage.uploads.commit(bob, id, 'text/plain')).rejects.toMatchObject({ reason: 'not_found' })
})

test('small files are not made visible by a user whose right to write there was taken back', async () => {
  const { storage, bob, folder, revoke } = await withBob()
  await revoke()
  const file = { name: 'late', ...ref, type: 'text/plain', modifiedAt: 0, onClash: 'fail' as const }
  const put = storage.uploads.putMany({ user: bob, requestId: null }, folder, [file])
  await expect(put).rejects.toMatchObject({ reason: 'not_found' })
})

test('a change is made only for a session of its user that goes on, and an administrator’s only for one', async () => {
  const { storage, ada, actor } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const sessionOf = async (user: string) =>
    (await storage.sessions.create({ user, agent: 'a', address: '::1', refreshHash: user })).id
  const [adas, bobs] = [await sessionOf(ada), await sessionOf(bob.id)]
  const create = (user: string, session: string) =>
    storage.users.create(
      { user, requestId: null, authority: { session, administrator: true } },
      { ...person('Eve'), email: `${newId()}@example.org` },
    )
  expect(await create(ada, adas)).toMatchObject({ name: 'Eve' })
  await expect(create(bob.id, bobs)).rejects.toMatchObject({ reason: 'forbidden' })
  await expect(create(ada, bobs)).rejects.toMatchObject({ reason: 'session_ended' })
  await expect(create(ada, newId())).rejects.toMatchObject({ reason: 'session_ended' })
  await storage.sessions.end(ada, adas, 'logout')
  await expect(create(ada, adas)).rejects.toMatchObject({ reason: 'session_ended' })
})
