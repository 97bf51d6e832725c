import { expect, test } from 'vitest'
import type { SmallFile } from '../../storage/storage.ts'
import { newId, person, upload, withAda } from './open-temporary.ts'

const full = { reason: 'quota_exceeded', message: expect.stringContaining('3 files and folders') }

const openingOf = (folder: string, name: string, onClash: 'keepBoth' | 'replace') => ({
  id: newId(),
  folder,
  name,
  size: 0,
  modifiedAt: 1_000,
  onClash,
})

const emptyFile = (name: string, onClash: 'fail' | 'replace' = 'fail'): SmallFile => ({
  name,
  hash: '',
  size: 0,
  type: 'text/plain',
  modifiedAt: 1_000,
  onClash,
})

/** Ada's space of at most three entries, with a folder in it. */
const withFolder = async () => {
  const { storage, ada, actor, root, space } = await withAda(null, { spaceEntries: 3 })
  const { entry: folder } = await storage.entries.createFolder(actor, root, 'folder', 'fail')
  return { storage, ada, actor, root, space, folder: folder.id }
}

test('a space takes entries up to what the hub allows, whichever way they come, and again when some went', async () => {
  const { storage, ada, actor, root, folder } = await withFolder()
  await upload(storage, ada, folder, 'a file', [])
  await expect(storage.entries.copy(actor, [folder], root, 'keepBoth')).rejects.toMatchObject(full)
  await storage.entries.createFolder(actor, folder, 'another', 'fail')
  await expect(storage.entries.createFolder(actor, folder, 'one more', 'fail')).rejects.toMatchObject(full)
  await expect(storage.uploads.open(actor, openingOf(root, 'x', 'keepBoth'))).rejects.toMatchObject(full)
  const [small] = await storage.uploads.putMany(actor, root, [emptyFile('small')])
  expect(small).toMatchObject({ ok: false, ...full })

  await storage.entries.remove(actor, [folder])
  const kept = await storage.uploads.putMany(
    actor,
    root,
    ['1', '2', '3', '4'].map(name => emptyFile(name)),
  )
  expect(kept.map(({ ok }) => ok)).toEqual([true, true, true, false])
})

test('an unfinished upload has its place, which its file takes or which is free again', async () => {
  const { storage, actor, root } = await withFolder()
  const opened = [openingOf(root, 'one', 'replace'), openingOf(root, 'one', 'replace')]
  for (const opening of opened) await storage.uploads.open(actor, opening)
  await expect(storage.uploads.open(actor, openingOf(root, 'two', 'replace'))).rejects.toMatchObject(full)
  for (const { id } of opened) await storage.uploads.commit(actor, id, 'text/plain')
  // Both became one file.
  const again = openingOf(root, 'two', 'replace')
  await storage.uploads.open(actor, again)
  await expect(storage.entries.createFolder(actor, root, 'no more', 'fail')).rejects.toMatchObject(full)
  await storage.uploads.cancel(actor, again.id)
  await storage.entries.createFolder(actor, root, 'one more', 'fail')
})

test('what comes from another space needs its place there, and makes room where it was', async () => {
  const { storage, ada, actor, root, folder } = await withFolder()
  const bob = await storage.users.create(actor, { ...person('Bob'), quotaBytes: null })
  const [theirs] = await storage.spaces.visibleTo(bob.id)
  if (theirs === undefined) throw new Error('Bob has no space.')
  await upload(storage, ada, folder, 'a file', [])
  await storage.uploads.open(actor, openingOf(folder, 'unfinished', 'replace'))
  await expect(storage.entries.createFolder(actor, root, 'no more', 'fail')).rejects.toMatchObject(full)

  const asBob = { user: bob.id, requestId: null }
  const { entry } = await storage.entries.createFolder(asBob, theirs.root, 'in the way', 'fail')
  await expect(storage.entries.move(actor, [folder], theirs.root, 'fail')).rejects.toMatchObject(full)
  await storage.entries.remove(asBob, [entry.id])
  await storage.entries.move(actor, [folder], theirs.root, 'fail')
  await expect(storage.entries.createFolder(asBob, theirs.root, 'full now', 'fail')).rejects.toMatchObject(
    full,
  )
  for (const name of ['1', '2', '3']) await storage.entries.createFolder(actor, root, name, 'fail')
})
