import { expect, test } from 'vitest'
import type { Actor, Authority, NeededLevel, Storage } from '../../storage/storage.ts'
import { bytesOf, newId, person, putChunk, sha256, upload, withAda } from './open-temporary.ts'

const sessionOf = async (storage: Storage, user: string): Promise<string> => {
  const refreshHash = newId()
  return (await storage.sessions.create({ user, agent: 'a', address: '::1', refreshHash })).id
}

/** Bob has a level on a folder of Ada's, with a session. */
const withBob = async (level: 'read' | 'write') => {
  const { storage, ada, actor, root } = await withAda()
  const { id: bob } = await storage.users.create(actor, person('Bob'))
  const { entry: folder } = await storage.entries.createFolder(actor, root, 'shared', 'fail')
  const subject = { kind: 'user' as const, user: bob }
  await storage.access.grant(actor, folder.id, subject, level)
  const session = await sessionOf(storage, bob)
  const may = (...levels: NeededLevel[]): Actor => ({
    user: bob,
    requestId: null,
    authority: { session, administrator: false, levels },
  })
  return { storage, ada, actor, root, folder: folder.id, subject, may }
}

test('a change is made only for a session of its user that goes on, and an administrator’s only for one', async () => {
  const { storage, ada, actor } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const [adas, bobs] = [await sessionOf(storage, ada), await sessionOf(storage, bob.id)]
  const create = (user: string, session: string) => {
    const authority: Authority = { session, administrator: true, levels: [] }
    const eve = { ...person('Eve'), email: `${newId()}@example.org` }
    return storage.users.create({ user, requestId: null, authority }, eve)
  }
  expect(await create(ada, adas)).toMatchObject({ name: 'Eve' })
  await expect(create(bob.id, bobs)).rejects.toMatchObject({ reason: 'forbidden' })
  await expect(create(ada, bobs)).rejects.toMatchObject({ reason: 'session_ended' })
  await expect(create(ada, newId())).rejects.toMatchObject({ reason: 'session_ended' })
  await storage.sessions.end(ada, adas, 'logout')
  await expect(create(ada, adas)).rejects.toMatchObject({ reason: 'session_ended' })
})

test('a change needs each of its levels on each of their entries, and hides what may not be read', async () => {
  const { storage, actor, root, folder, subject, may } = await withBob('write')
  const { entry: inside } = await storage.entries.createFolder(actor, folder, 'inside', 'fail')
  const { entry: hidden } = await storage.entries.createFolder(actor, root, 'hidden', 'fail')
  await storage.access.grant(actor, inside.id, { kind: 'everyone' }, 'read')
  const make = (...levels: NeededLevel[]) =>
    storage.entries.createFolder(may(...levels), folder, 'new', 'keepBoth')
  const writeIn = (...entries: string[]): NeededLevel => ({ level: 'write', entries })
  expect(await make()).toMatchObject({ created: true })
  expect(await make(writeIn(folder, inside.id, folder))).toMatchObject({ created: true })
  const needDelete: NeededLevel = { level: 'delete', entries: [inside.id] }
  await expect(make(writeIn(folder), needDelete)).rejects.toMatchObject({ reason: 'forbidden' })
  for (const entry of [hidden.id, root, newId()])
    await expect(make(needDelete, writeIn(folder, entry))).rejects.toMatchObject({ reason: 'not_found' })
  await storage.access.grant(actor, folder, subject, 'delete')
  expect(await make(writeIn(folder), needDelete)).toMatchObject({ created: true })
})

test('what an upload needs is needed where it goes, and only its user has it', async () => {
  const { storage, ada, actor, folder, subject, may } = await withBob('write')
  const bytes = bytesOf('bytes of Bob')
  const ref = { hash: sha256(bytes), size: bytes.length }
  const id = newId()
  const bob = may({ level: 'write', upload: id })
  const file = { id, folder, name: 'late', size: ref.size, modifiedAt: 0, onClash: 'fail' as const }
  await storage.uploads.open(may(), file)
  await storage.uploads.declare(bob, id, 0, [ref])
  await putChunk(storage, id, 0, bytes)
  const levels: NeededLevel[] = [{ level: 'write', upload: id }]
  const session = await sessionOf(storage, ada)
  const asAda = { ...actor, authority: { session, administrator: false, levels } }
  await expect(storage.uploads.commit(asAda, id, '')).rejects.toMatchObject({ reason: 'not_found' })
  await storage.access.grant(actor, folder, subject, 'read')
  await expect(storage.uploads.commit(bob, id, '')).rejects.toMatchObject({ reason: 'forbidden' })
  await storage.access.revoke(actor, folder, subject)
  await expect(storage.uploads.commit(bob, id, '')).rejects.toMatchObject({ reason: 'not_found' })
  await storage.access.grant(actor, folder, subject, 'write')
  expect(await storage.uploads.commit(bob, id, '')).toMatchObject({ unchanged: false })
})

test('a hash is no key to a space that the user may not read as a whole any more', async () => {
  const { storage, ada, actor, root, folder, subject, may } = await withBob('write')
  await upload(storage, ada, root, 'secret', [bytesOf('secret')])
  const ref = { hash: sha256(bytesOf('secret')), size: 6 }
  const missing = async () => {
    const id = newId()
    await storage.uploads.open(may(), {
      ...{ id, folder, name: 'f', size: 6, modifiedAt: 0 },
      onClash: 'keepBoth',
    })
    return storage.uploads.declare(may(), id, 0, [ref])
  }
  expect(await missing()).toEqual([0])
  await storage.access.grant(actor, root, subject, 'read')
  expect(await missing()).toEqual([])
  await storage.access.revoke(actor, root, subject)
  expect(await missing()).toEqual([0])
})
