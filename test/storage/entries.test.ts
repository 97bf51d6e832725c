import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import type { Commit } from '../../storage/storage.ts'
import {
  bytesOf,
  newId,
  openTemporary,
  person,
  temporaryDirectory,
  upload,
  withAda,
} from './open-temporary.ts'

const firstPage = { order: 'name', descending: false, after: null, limit: 100 } as const

test('names differing only in case or in composition clash; nasty ones are kept as they are', async () => {
  const { storage, actor, root } = await withAda()
  const nasty = [
    'Ä',
    'straße',
    '📁 emoji',
    'שלום',
    ' leading',
    'CON',
    'a\u202eb',
    '-rf',
    '%00',
    'x'.repeat(255),
  ]
  for (const name of nasty) {
    const { entry } = await storage.entries.createFolder(actor, root, name, 'fail')
    expect(entry.name).toBe(name)
  }
  for (const name of ['ä', 'A\u0308', 'STRASSE'.replace('SS', 'ß')]) {
    const clash = storage.entries.createFolder(actor, root, name, 'fail')
    await expect(clash).rejects.toMatchObject({ reason: 'name_taken', details: { entry: { folder: root } } })
  }
  for (const name of ['', '.', '..', 'a/b', 'nul\0', 'é'.repeat(200), '\ud800'])
    await expect(storage.entries.createFolder(actor, root, name, 'fail')).rejects.toMatchObject({
      reason: 'invalid_params',
    })
  const kept = await storage.entries.createFolder(actor, root, 'ä', 'keepBoth')
  expect(kept.entry.name).toBe('ä (2)')
  const reused = await storage.entries.createFolder(actor, root, 'ä', 'reuse')
  expect(reused).toMatchObject({ created: false, entry: { name: 'Ä' } })
})

test('pages join to the whole folder in every order, folders first', async () => {
  const { storage, ada, actor, root } = await withAda()
  for (const name of ['z', 'b', '10', '9']) await storage.entries.createFolder(actor, root, name, 'fail')
  for (const name of ['f10', 'f9', 'F1', 'g'])
    await upload(storage, ada, root, name, [bytesOf(name.repeat(3))])
  for (const order of ['name', 'size', 'modified'] as const)
    for (const descending of [false, true]) {
      const names: string[] = []
      let after: string | null = null
      do {
        const page = await storage.entries.list(root, { order, descending, after, limit: 3 })
        expect(page.total).toBe(8)
        names.push(...page.entries.map(entry => `${entry.kind} ${entry.name}`))
        after = page.next
      } while (after !== null)
      expect(new Set(names).size).toBe(8)
      expect(names.slice(0, 4).every(name => name.startsWith('folder'))).toBe(true)
      if (order === 'name' && !descending)
        expect(names.map(name => name.split(' ')[1])).toEqual(['9', '10', 'b', 'z', 'F1', 'f9', 'f10', 'g'])
    }
  const alien = storage.entries.list(root, { ...firstPage, after: 'bm90IGEgY3Vyc29y' })
  await expect(alien).rejects.toMatchObject({ reason: 'invalid_params' })
})

test('a folder moves with all that is in it, but never into itself, and the root stays', async () => {
  const { storage, ada, actor, root } = await withAda()
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  const { entry: b } = await storage.entries.createFolder(actor, a.id, 'b', 'fail')
  await upload(storage, ada, b.id, 'deep.txt', [bytesOf('deep')])
  const { entry: c } = await storage.entries.createFolder(actor, root, 'c', 'fail')
  await expect(storage.entries.move(actor, [a.id], b.id, 'fail')).rejects.toMatchObject({
    reason: 'invalid_move',
  })
  await expect(storage.entries.copy(actor, [a.id], a.id, 'fail')).rejects.toMatchObject({
    reason: 'invalid_move',
  })
  await expect(storage.entries.rename(actor, root, 'x')).rejects.toMatchObject({ reason: 'forbidden' })
  await expect(storage.entries.remove(actor, [root])).rejects.toMatchObject({ reason: 'forbidden' })
  const { entries: moved } = await storage.entries.move(actor, [a.id], c.id, 'fail')
  expect(moved[0]).toMatchObject({ id: a.id, folder: c.id })
  const { space } = a
  expect(await storage.entries.resolve(space, ['C', 'a', 'b', 'deep.txt'])).toMatchObject({
    name: 'deep.txt',
  })
  expect(await storage.entries.resolve(space, ['a'])).toBeNull()
  const path = await storage.entries.path(ada, b.id)
  expect(path.map(step => step.name)).toEqual(['Ada', 'c', 'a', 'b'])
  expect(path.every(step => step.level === 'admin')).toBe(true)
})

test('a copy shares the bytes, is charged, and outlives what it was copied from', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root, space } = await withAda(10, { directory })
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  const { entry: file } = await upload(storage, ada, a.id, 'f', [bytesOf('12345')])
  const [copy] = await storage.entries.copy(actor, [a.id], root, 'keepBoth')
  expect(copy?.name).toBe('a (2)')
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 10 })
  const third = storage.entries.copy(actor, [a.id], root, 'keepBoth')
  await expect(third).rejects.toMatchObject({ reason: 'quota_exceeded' })
  expect(await storage.entries.remove(actor, [a.id])).toBe(2)
  const twin = await storage.entries.resolve(space, ['a (2)', 'f'])
  expect(twin).toMatchObject({ size: 5, digest: file.digest })
  const content = await storage.contents.ofEntry(twin?.id ?? '', null)
  expect(await storage.contents.chunks(content?.content ?? '', 0, 10)).toHaveLength(1)
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 5 })
  expect(await checkDirectory(directory)).toEqual([])
})

test('moving to another space moves the charge and resets older cursors', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root, space } = await withAda(null, { directory })
  const bob = await storage.users.create(actor, person('Bob'))
  const [bobs] = await storage.spaces.visibleTo(bob.id)
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  await upload(storage, ada, a.id, 'f', [bytesOf('12345')])
  const unfinished = { name: 'g', size: 7, modifiedAt: 0, onClash: 'fail' as const }
  await storage.uploads.open(
    { user: bob.id, requestId: null },
    { ...unfinished, id: 'u'.repeat(22), folder: a.id },
  )
  const before = await storage.spaces.seq(space)
  await storage.entries.move(actor, [a.id], bobs?.root ?? '', 'fail')
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
  expect(await storage.spaces.get(bobs?.id ?? '')).toMatchObject({ usedBytes: 5, reservedBytes: 7 })
  expect(await storage.changes.ofFolder(a.id, before, 10)).toMatchObject({ reset: true })
  expect(await storage.access.level(bob.id, a.id)).toBe('admin')
  expect(await storage.access.level(ada, a.id)).toBeNull()
  expect(await checkDirectory(directory)).toEqual([])
})

test('removing forgets unfinished uploads into the folder and gives everything back', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root, space } = await withAda(null, { directory })
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  await upload(storage, ada, a.id, 'f', [bytesOf('12345')])
  const open = {
    id: 'u'.repeat(22),
    folder: a.id,
    name: 'g',
    size: 7,
    modifiedAt: 0,
    onClash: 'fail' as const,
  }
  await storage.uploads.open(actor, open)
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 5, reservedBytes: 7 })
  expect(await storage.entries.remove(actor, [a.id])).toBe(2)
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
  expect(await storage.uploads.get(ada, open.id)).toBeNull()
  expect(await checkDirectory(directory)).toEqual([])
})

test('walking visits everything depth first in name order', async () => {
  const { storage, ada, actor, root } = await withAda()
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  await upload(storage, ada, a.id, 'x', [bytesOf('x')])
  await upload(storage, ada, root, 'b', [bytesOf('b')])
  const paths: string[] = []
  for await (const { path } of storage.entries.walk(root)) paths.push(path)
  expect(paths).toEqual(['a', 'a/x', 'b'])
})

test('a storage that was closed takes no more writes', async () => {
  const storage = await openTemporary()
  await storage.close()
  await expect(storage.settings.set('a', 'b')).rejects.toMatchObject({ reason: 'closing' })
})

test('what is moved or copied alone gets another name on the way, and of several none does', async () => {
  const { storage, actor, root } = await withAda()
  const folderIn = async (folder: string, name: string) =>
    (await storage.entries.createFolder(actor, folder, name, 'fail')).entry.id
  const [a, b, to] = [await folderIn(root, 'a'), await folderIn(root, 'b'), await folderIn(root, 'to')]
  const { entries: moved } = await storage.entries.move(actor, [a], to, 'fail', { name: 'c' })
  expect(moved[0]).toMatchObject({ id: a, name: 'c', folder: to })
  await expect(storage.entries.copy(actor, [b], to, 'fail', { name: 'C' })).rejects.toMatchObject({
    reason: 'name_taken',
  })
  expect(await storage.entries.copy(actor, [b], to, 'keepBoth', { name: 'C' })).toMatchObject([
    { name: 'C (2)', folder: to },
  ])
  for (const place of [storage.entries.move, storage.entries.copy])
    await expect(place(actor, [a, b], root, 'fail', { name: 'd' })).rejects.toMatchObject({
      reason: 'invalid_params',
    })
  // To be renamed is another right.
  const { entries: same } = await storage.entries.move(actor, [a], to, 'fail', { name: 'd' })
  expect(same).toMatchObject([{ name: 'c' }])
})

test('of many that are to be moved or copied, all whose names are taken are told, and none is moved or copied', async () => {
  const { storage, actor, root } = await withAda()
  const folderIn = async (folder: string, name: string) =>
    (await storage.entries.createFolder(actor, folder, name, 'fail')).entry.id
  const [from, to] = [await folderIn(root, 'from'), await folderIn(root, 'to')]
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) ids.push(await folderIn(from, name))
  const there = [await folderIn(to, 'B'), await folderIn(to, 'd')]
  const [, b, , d] = ids
  for (const place of [storage.entries.move, storage.entries.copy]) {
    await expect(place(actor, ids, to, 'fail')).rejects.toMatchObject({
      reason: 'name_taken',
      message: 'The folder has entries of 2 of these names already, one of them "B".',
      details: { entry: { id: there[0] }, taken: [b, d] },
    })
    await expect(place(actor, [ids[0] ?? '', d ?? ''], to, 'fail')).rejects.toMatchObject({
      message: 'The folder has an entry named "d" already.',
      details: { taken: [d] },
    })
  }
  expect((await storage.entries.list(to, firstPage)).total).toBe(2)
  // What is in the folder already does not stand in its own way.
  const { entries: moved } = await storage.entries.move(actor, [...there, ids[0] ?? ''], to, 'fail')
  expect(moved.map(({ name }) => name)).toEqual(['B', 'd', 'a'])
})

test('one move takes only so much to another space, and anything within its own', async () => {
  const directory = temporaryDirectory()
  const { storage, actor, root } = await withAda(null, { directory })
  const bob = await storage.users.create(actor, person('Bob'))
  const [other] = await storage.spaces.visibleTo(bob.id)
  const { entry: folder } = await storage.entries.createFolder(actor, root, 'folder', 'fail')
  const { entry: beside } = await storage.entries.createFolder(actor, root, 'beside', 'fail')
  const claim = (children: number) => {
    const database = new BetterSqlite(join(directory, 'index.db'))
    database.prepare('update entries set children = ? where id = ?').run(children, folder.id)
    database.close()
  }
  claim(50_000)
  await expect(storage.entries.move(actor, [folder.id], other?.root ?? '', 'fail')).rejects.toMatchObject({
    reason: 'too_large',
    message: expect.stringContaining('50,000 files and folders'),
  })
  await storage.entries.move(actor, [folder.id], beside.id, 'fail')
  claim(49_999)
  await storage.entries.move(actor, [folder.id], other?.root ?? '', 'fail')
})

test('a name or a place is taken back unless somebody else changed it', async () => {
  const { storage, actor, root } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const other = { user: bob.id, requestId: null }
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  const { entry: to } = await storage.entries.createFolder(actor, root, 'to', 'fail')
  const first = await storage.entries.rename(actor, a.id, 'b')
  await storage.entries.rename(actor, a.id, 'c')
  const there = await storage.entries.move(actor, [a.id], to.id, 'fail', { unchangedSince: first.seq })
  const [moved] = there.entries
  await storage.entries.createFolder(other, a.id, 'in it', 'fail')
  expect(await storage.entries.rename(actor, a.id, 'd', moved?.seq)).toMatchObject({ name: 'd' })
  const theirs = await storage.entries.rename(other, a.id, 'e')
  const refused = { reason: 'conflict', message: '“e” was changed meanwhile, so it stays as it is.' }
  await expect(storage.entries.rename(actor, a.id, 'b', moved?.seq)).rejects.toMatchObject(refused)
  await expect(
    storage.entries.move(actor, [a.id], root, 'fail', { unchangedSince: moved?.seq }),
  ).rejects.toMatchObject(refused)
  expect(await storage.entries.get(a.id)).toMatchObject({ name: 'e', folder: to.id, seq: theirs.seq })
  const back = await storage.entries.move(actor, [a.id], root, 'fail', { unchangedSince: theirs.seq })
  expect(back.entries).toHaveLength(1)
})

test('copies are deleted again unless anything in them changed', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root } = await withAda(null, { directory })
  const { entry: a } = await storage.entries.createFolder(actor, root, 'a', 'fail')
  await upload(storage, ada, a.id, 'f', [bytesOf('12345')])
  const [copy] = await storage.entries.copy(actor, [a.id], root, 'keepBoth')
  const [again] = await storage.entries.copy(actor, [a.id], root, 'keepBoth')
  await upload(storage, ada, copy?.id ?? '', 'new', [bytesOf('67')])
  const both = [copy?.id ?? '', again?.id ?? '']
  const refused = { reason: 'conflict', message: '“a (2)” was changed meanwhile, so it stays as it is.' }
  await expect(storage.entries.remove(actor, both, again?.seq)).rejects.toMatchObject(refused)
  expect(await storage.entries.remove(actor, both.slice(1), again?.seq)).toBe(2)
  expect(await checkDirectory(directory)).toEqual([])
})

test('a commit says where rights may have changed, and which folders that concerns can be asked', async () => {
  const { storage, actor, root, space } = await withAda()
  const make = async (folder: string, name: string) =>
    (await storage.entries.createFolder(actor, folder, name, 'fail')).entry.id
  const [top, beside] = [await make(root, 'top'), await make(root, 'beside')]
  const middle = await make(top, 'middle')
  const inner = await make(middle, 'inner')
  const below = () => storage.entries.below([top], [root, top, inner, beside])
  expect(new Set(await below())).toEqual(new Set([top, inner]))
  const above = await storage.entries.above([inner, beside, newId()])
  expect(above.toSorted()).toEqual([root, top, middle, inner, beside].toSorted())
  const told: Commit['rightsAt'][number][][] = []
  storage.onCommit(({ rightsAt }) => told.push([...rightsAt]))
  await storage.access.grant(actor, inner, { kind: 'everyone' }, 'read')
  await storage.entries.rename(actor, inner, 'renamed')
  const refused = storage.entries.move(actor, [inner, beside], beside, 'fail')
  await expect(refused).rejects.toMatchObject({ reason: 'invalid_move' })
  await storage.entries.move(actor, [inner], beside, 'fail')
  await storage.entries.remove(actor, [beside])
  expect(told.filter(one => one.length > 0).map(one => one.map(({ entry }) => entry))).toEqual([
    [inner],
    [inner],
    [beside],
  ])
  expect(told.flat().every(one => one.space === space)).toBe(true)
  expect(new Set(await below())).toEqual(new Set([top, inner, beside]))
})
