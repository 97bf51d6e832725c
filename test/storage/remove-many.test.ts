import { expect, test, vi } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { checkIndex } from '../../storage/index/check-index.ts'
import { levelOf } from '../../storage/index/reads/access.ts'
import { foldersBelow } from '../../storage/index/reads/paths.ts'
import { openIndexOfAda } from './index-of-ada.ts'
import {
  emptyFiles,
  newId,
  openTemporary,
  person,
  temporaryDirectory,
  upload,
  withAda,
} from './open-temporary.ts'

/** More than one delete takes away by itself. */
const many = 1_500

/** An index in this thread, where nothing goes on by itself, with a folder that has many entries in it, at three depths. */
const openWithMany = async () => {
  const { db, run, user, root, folderIn } = await openIndexOfAda()
  const top = await folderIn(root, 'top')
  const inner = await folderIn(top, 'inner')
  const innermost = await folderIn(inner, 'innermost')
  await run('uploads.putMany', { folder: inner, files: emptyFiles(many) })
  await run('uploads.putMany', { folder: innermost, files: emptyFiles(10) })
  for (let i = 0; i < 300; i++) await folderIn(top, `${i}`)
  const opening = { id: newId(), name: 'unfinished', size: 7, modifiedAt: 0, onClash: 'fail' }
  await run('uploads.open', { user, upload: { ...opening, folder: innermost }, keptMs: 1_000 })
  const space = () => db.selectFrom('spaces').selectAll().executeTakeFirstOrThrow()
  return { db, run, user, root, top, inner, innermost, folderIn, space }
}

test('a folder with many entries is out at once, and its rows go some at a time', async () => {
  const { db, run, user, root, top, inner, innermost, folderIn, space } = await openWithMany()
  expect(await levelOf(db, user, inner)).toBe('admin')
  const beside = await folderIn(root, 'beside')
  expect(await run('entries.remove', { entries: [top, beside] })).toBe(1 + 1 + 1 + many + 10 + 300 + 1)
  const children = await db.selectFrom('entries').select('name').where('parent', '=', root).execute()
  expect(children).toEqual([])
  expect(await levelOf(db, user, inner)).toBe(null)
  let steps = 0
  const held: number[] = []
  do {
    expect(await checkIndex(db)).toEqual([])
    // Whoever has one of them open is told, however far this is.
    expect((await foldersBelow(db, [top], [inner, innermost])).sort()).toEqual([inner, innermost].sort())
    held.push((await space()).entries)
    steps++
  } while (await run('removals.sweep', null))
  expect(steps).toBeGreaterThan(3)
  // Room is made with each step.
  expect(held).toEqual([...held].sort((a, b) => b - a))
  expect(await db.selectFrom('entries').select('id').execute()).toEqual([{ id: root }])
  expect(await db.selectFrom('uploads').select('id').execute()).toEqual([])
  expect(await space()).toMatchObject({ used: 0, reserved: 0, entries: 0 })
  expect(await checkIndex(db)).toEqual([])
})

test('an entry that is named with a large folder above it is counted once', async () => {
  const { db, run, root, top, inner } = await openWithMany()
  const file = await db
    .selectFrom('entries')
    .select('id')
    .where('parent', '=', inner)
    .where('kind', '=', 1)
    .executeTakeFirstOrThrow()
  const removed = await run('entries.remove', { entries: [file.id, inner, top] })
  expect(removed).toBe(1 + 1 + 1 + many + 10 + 300)
  expect(await checkIndex(db)).toEqual([])
  while (await run('removals.sweep', null));
  expect(await db.selectFrom('entries').select('id').execute()).toEqual([{ id: root }])
  expect(await checkIndex(db)).toEqual([])
})

const withLargeFolder = async (directory = temporaryDirectory()) => {
  const { storage, ada, actor, root, space } = await withAda(null, { directory })
  const { entry: top } = await storage.entries.createFolder(actor, root, 'top', 'fail')
  const { entry: inner } = await storage.entries.createFolder(actor, top.id, 'inner', 'fail')
  await storage.uploads.putMany(actor, inner.id, emptyFiles(many))
  const { entry: file } = await upload(storage, ada, inner.id, 'file', [new Uint8Array(5)])
  return { storage, directory, ada, actor, root, space, top, inner, file }
}

test('what is in a large folder that was deleted is nobody’s from then on, and its name is free', async () => {
  const { storage, ada, actor, root, top, inner, file } = await withLargeFolder()
  const bob = await storage.users.create(actor, person('Bob'))
  await storage.access.grant(actor, inner.id, { kind: 'user', user: bob.id }, 'admin')
  const told: unknown[] = []
  storage.onCommit(({ grants }) => told.push(...grants))
  await storage.entries.remove(actor, [top.id])
  for (const entry of [top, inner, file])
    for (const user of [ada, bob.id]) expect(await storage.access.level(user, entry.id)).toBe(null)
  expect(told).toMatchObject([{ entry: inner.id, user: bob.id }])
  expect(await storage.spaces.sharedWith(bob.id)).toEqual([])
  await storage.entries.createFolder(actor, root, 'top', 'fail')
})

test('rows of a large folder go also if the hub stops at once, and give their room back', async () => {
  const { storage, directory, actor, space, top, file } = await withLargeFolder()
  expect((await storage.spaces.get(space))?.usedBytes).toBe(5)
  await storage.entries.remove(actor, [top.id])
  await storage.close()
  const again = await openTemporary({ directory })
  await vi.waitFor(async () => expect((await again.spaces.get(space))?.usedBytes).toBe(0), 10_000)
  await vi.waitFor(async () => expect(await again.entries.get(top.id)).toBe(null), 10_000)
  expect(await again.entries.get(file.id)).toBe(null)
  expect(await checkDirectory(directory)).toEqual([])
})
