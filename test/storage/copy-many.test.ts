import { expect, test, vi } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import type { Entry } from '../../protocol/values.ts'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { checkIndex } from '../../storage/index/check-index.ts'
import { levelOf } from '../../storage/index/reads/access.ts'
import type { Filling } from '../../storage/index/writes/copy-steps.ts'
import type { Storage } from '../../storage/storage.ts'
import { openIndexOfAda } from './index-of-ada.ts'
import {
  bytesOf,
  emptyFiles,
  newId,
  openTemporary,
  person,
  temporaryDirectory,
  upload,
  withAda,
} from './open-temporary.ts'

/** More than one write copies, and more than one step does of one folder. */
const many = 1_200

/** Ada's folder `top` with many entries in it, and a file of five bytes at the bottom. */
const withLargeFolder = async (quotaBytes: number | null = null, spaceEntries = Number.MAX_SAFE_INTEGER) => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root, space } = await withAda(quotaBytes, { directory, spaceEntries })
  const folderIn = async (folder: string, name: string) =>
    (await storage.entries.createFolder(actor, folder, name, 'fail')).entry.id
  const top = await folderIn(root, 'top')
  const inner = await folderIn(top, 'inner')
  const innermost = await folderIn(inner, 'innermost')
  await folderIn(inner, 'empty')
  await storage.uploads.putMany(actor, inner, emptyFiles(many / 2))
  await storage.uploads.putMany(actor, innermost, emptyFiles(many))
  await upload(storage, ada, innermost, 'file', [bytesOf('12345')])
  const holds = async () => {
    const { usedBytes } = (await storage.spaces.get(space)) ?? { usedBytes: null }
    return { usedBytes, names: (await namesIn(storage, root)).join() }
  }
  return { storage, directory, ada, actor, root, top, inner, holds }
}

const namesIn = async (storage: Storage, folder: string): Promise<string[]> => {
  const { entries } = await storage.entries.list(folder, {
    order: 'name',
    descending: false,
    after: null,
    limit: 100,
  })
  return entries.map(({ name }) => name)
}

const treeOf = async (storage: Storage, top: string) => {
  const tree: [string, Pick<Entry, 'kind' | 'size' | 'type' | 'digest' | 'modifiedAt'>][] = []
  for await (const { path, entry } of storage.entries.walk(top)) {
    const { kind, size, type, digest, modifiedAt } = entry
    tree.push([path, { kind, size, type, digest, modifiedAt }])
  }
  return tree
}

test('a copy of many entries has all that is in them, and is one change', async () => {
  const { storage, directory, actor, root, top, holds } = await withLargeFolder()
  const { entry: beside } = await storage.entries.createFolder(actor, root, 'beside', 'fail')
  const copies = await storage.entries.copy(actor, [top, beside.id, top], root, 'keepBoth')
  expect(copies).toMatchObject(
    ['top (2)', 'beside (2)', 'top (3)'].map(name => ({ name, folder: root, by: { name: 'Ada' } })),
  )
  const tree = await treeOf(storage, top)
  expect(tree).toHaveLength(1 + 2 + many / 2 + many + 1)
  for (const at of [0, 2]) expect(await treeOf(storage, copies[at]?.id ?? '')).toEqual(tree)
  expect(copies.map(({ seq }) => seq)).toEqual([1, 2, 3].map(more => beside.seq + more))
  expect(await holds()).toEqual({ usedBytes: 15, names: 'beside,beside (2),top,top (2),top (3)' })
  await storage.entries.remove(actor, [copies[0]?.id ?? ''], copies[0]?.seq)
  await storage.close()
  expect(await checkDirectory(directory)).toEqual([])
})

test('others write while a copy of many entries is made, which nobody sees until it is complete', async () => {
  const { storage, actor, root, top, holds } = await withLargeFolder()
  const bob = await storage.users.create(actor, person('Bob'))
  const [own] = await storage.spaces.visibleTo(bob.id)
  const settled: string[] = []
  const copying = storage.entries.copy(actor, [top], root, 'keepBoth').then(() => settled.push('copy'))
  for (const name of ['a', 'b']) {
    await storage.entries.createFolder({ user: bob.id, requestId: null }, own?.root ?? '', name, 'fail')
    settled.push(name)
    expect((await holds()).names).toBe('top')
  }
  await copying
  expect(settled).toEqual(['a', 'b', 'copy'])
  expect((await holds()).names).toBe('top,top (2)')
})

test('a copy of many entries that finds no room leaves nothing', async () => {
  const words = { reason: 'quota_exceeded', message: expect.stringContaining('2,500 files and folders') }
  for (const { quota, entries, refused } of [
    { quota: 9, entries: undefined, refused: { reason: 'quota_exceeded' } },
    { quota: null, entries: 2_500, refused: words },
  ]) {
    const { storage, directory, actor, root, top, holds } = await withLargeFolder(quota, entries)
    await expect(storage.entries.copy(actor, [top], root, 'keepBoth')).rejects.toMatchObject(refused)
    expect((await holds()).names).toBe('top')
    // It did not take the room of others meanwhile.
    expect((await holds()).usedBytes).toBe(5)
    await storage.close()
    expect(await checkDirectory(directory)).toEqual([])
  }
})

test('a copy of many entries gets the name that is asked for', async () => {
  const { storage, actor, root, top, holds } = await withLargeFolder()
  const [copy] = await storage.entries.copy(actor, [top], root, 'fail', { name: 'backup' })
  expect(copy?.name).toBe('backup')
  await storage.entries.copy(actor, [top], root, 'keepBoth', { name: 'backup' })
  expect((await holds()).names).toBe('backup,backup (2),top')
  const taken = storage.entries.copy(actor, [top], root, 'fail', { name: 'backup' })
  await expect(taken).rejects.toMatchObject({ reason: 'name_taken', details: { entry: { id: copy?.id } } })
})

test('a copy of many entries is refused at once where its name is taken', async () => {
  const { storage, actor, root, top } = await withLargeFolder()
  const copying = storage.entries.copy(actor, [top], root, 'fail')
  await expect(copying).rejects.toMatchObject({ reason: 'name_taken', details: { entry: { id: top } } })
})

test('a copy of many entries that is asked for again is the same one, while it is made and later', async () => {
  const { storage, actor, root, top, holds } = await withLargeFolder()
  const once = { ...actor, requestId: newId() }
  const copy = () => storage.entries.copy(once, [top], root, 'keepBoth')
  const [first, second] = await Promise.all([copy(), copy()])
  expect(second).toEqual(first)
  expect(await copy()).toEqual(first)
  expect(await holds()).toEqual({ usedBytes: 10, names: 'top,top (2)' })
  const other = storage.entries.copy(once, [top, top], root, 'keepBoth')
  await expect(other).rejects.toMatchObject({ reason: 'conflict' })
})

test('of a copy of many entries nothing is left when the hub stops in the middle of it', async () => {
  const { storage, directory, actor, root, top } = await withLargeFolder()
  const copying = storage.entries.copy(actor, [top], root, 'keepBoth')
  const seen = new Promise<void>(resolve => {
    storage.onCommit(() => resolve())
  })
  const refused = expect(copying).rejects.toMatchObject({ reason: 'closing' })
  await seen
  await storage.close()
  await refused
  const again = await openTemporary({ directory })
  const [space] = await again.spaces.visibleTo(actor.user)
  await vi.waitFor(async () => expect((await again.spaces.get(space?.id ?? ''))?.usedBytes).toBe(5), 10_000)
  expect(await namesIn(again, root)).toEqual(['top'])
  await again.close()
  expect(await checkDirectory(directory)).toEqual([])
})

/** An index in this thread, in which a copy of a large folder was begun. */
const withBegunCopy = async () => {
  const { db, run, user, root, folderIn } = await openIndexOfAda()
  const top = await folderIn(root, 'top')
  const inner = await folderIn(top, 'inner')
  const beside = await folderIn(root, 'beside')
  await run('uploads.putMany', { folder: inner, files: emptyFiles(many) })
  const copying = { entries: [top], folder: beside, onClash: 'fail' }
  expect(await run('entries.copy', copying)).toBe(null)
  const { staged, fillings } = await run<{ staged: string[]; fillings: Filling[] }>('copies.begin', copying)
  const fill = (...some: (Filling | undefined)[]) => run<Filling[]>('copies.fill', { fillings: some })
  const giveUp = async () => {
    await run('copies.giveUp', { staged })
    expect(await checkIndex(db)).toEqual([])
    while (await run('removals.sweep', null));
    const { entries } = await db.selectFrom('spaces').select('entries').executeTakeFirstOrThrow()
    expect(await checkIndex(db)).toEqual([])
    return entries
  }
  return { db, run, user, root, top, inner, beside, folderIn, copying, staged, fillings, fill, giveUp }
}

test('a copy that is being made is out of reach, and right in every step', async () => {
  const { db, run, user, copying, staged, fillings, fill } = await withBegunCopy()
  let steps = 0
  for (let next = fillings.pop(); next !== undefined; next = fillings.pop()) {
    expect(await levelOf(db, user, next.copy)).toBe(null)
    fillings.push(...(await fill(next)))
    expect(await checkIndex(db)).toEqual([])
    steps++
  }
  expect(steps).toBe(1 + Math.ceil(many / 500))
  const [copy] = await run<Entry[]>('entries.copy', { ...copying, staged })
  expect(await levelOf(db, user, copy?.id ?? '')).toBe('admin')
  expect(await checkIndex(db)).toEqual([])
  expect(await run('copies.giveUp', { staged })).toBe(null)
  expect(await db.selectFrom('removals').selectAll().execute()).toEqual([])
})

test('many small folders are copied in few steps, also one that is copied twice', async () => {
  const { db, run, root, folderIn } = await withBegunCopy()
  const top = await folderIn(root, 'of folders')
  for (let i = 0; i < 400; i++) await folderIn(await folderIn(top, `${i}`), 'inner')
  const copying = { entries: [top, top], folder: root, onClash: 'keepBoth' }
  const { staged, fillings } = await run<{ staged: string[]; fillings: Filling[] }>('copies.begin', copying)
  let steps = 0
  for (; fillings.length > 0; steps++)
    fillings.push(...(await run<Filling[]>('copies.fill', { fillings: fillings.splice(0) })))
  expect(steps).toBeLessThan(8)
  const copies = await run<Entry[]>('entries.copy', { ...copying, staged })
  expect(copies.map(({ name }) => name)).toEqual(['of folders (2)', 'of folders (3)'])
  expect(await checkIndex(db)).toEqual([])
  for (const { id } of copies) expect(await run('entries.remove', { entries: [id] })).toBe(1 + 400 + 400)
})

test('what is moved out of reach or deleted while it is copied ends the copy', async () => {
  const { run, inner, beside, fillings, fill, giveUp } = await withBegunCopy()
  const [ofInner] = await fill(fillings[0])
  const [rest] = await fill(ofInner)
  expect(rest).toMatchObject({ source: inner })
  await run('entries.move', { entries: [inner], folder: beside, onClash: 'fail' })
  // Ada may read it there, too.
  expect(await fill(rest)).toEqual([expect.objectContaining({ source: inner })])
  await run('entries.remove', { entries: [inner] })
  await expect(fill(rest)).rejects.toThrow('A folder was moved away or deleted while it was copied.')
  expect(await giveUp()).toBe(2)
})

test('a copy goes where paths can be so deep, also if the folder came deeper meanwhile', async () => {
  const { run, root, beside, folderIn, copying, staged, fillings, fill, giveUp } = await withBegunCopy()
  for (let next = fillings.pop(); next !== undefined; next = fillings.pop())
    fillings.push(...(await fill(next)))
  let deep = root
  for (let i = 0; i < limits.pathNames - 3; i++) deep = await folderIn(deep, `${i}`)
  await run('entries.move', { entries: [beside], folder: deep, onClash: 'fail' })
  const tooDeep = `A path can have ${limits.pathNames} names, not more.`
  await expect(run('entries.copy', { ...copying, staged })).rejects.toThrow(tooDeep)
  expect(await giveUp()).toBe(3 + many + limits.pathNames - 3)
})
