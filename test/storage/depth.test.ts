import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { bytesOf, newId, sha256, temporaryDirectory, upload, withAda } from './open-temporary.ts'

const tooDeep = { reason: 'too_large' }
const firstPage = { order: 'name', descending: false, after: null, limit: 100 } as const

/** A space with folders in each other as deep as paths can be: `at(3)` is the third below the root, `at(0)` the root. */
const withDeepFolders = async () => {
  const directory = temporaryDirectory()
  const made = await withAda(null, { directory })
  const { storage, actor, root, space } = made
  const ids = [root]
  const makeIn = async (folder: string, name: string) =>
    (await storage.entries.createFolder(actor, folder, name, 'fail')).entry.id
  for (let depth = 1; depth <= limits.pathNames; depth++) ids.push(await makeIn(ids.at(-1) ?? '', 'd'))
  const at = (depth: number): string => ids[depth] ?? ''
  /** What a refused change must not touch. */
  const state = async () => ({
    seq: await storage.spaces.seq(space),
    used: await storage.spaces.get(space),
    top: await storage.entries.list(root, firstPage),
    bottom: await storage.entries.list(at(limits.pathNames - 1), firstPage),
    problems: await checkDirectory(directory),
  })
  return { ...made, directory, at, makeIn, state }
}

const deepest = limits.pathNames

test('no folder and no file comes below the deepest one', async () => {
  const { storage, ada, actor, root, at, makeIn, state } = await withDeepFolders()
  await storage.chunks.put(sha256(bytesOf('x')), bytesOf('x'))
  const before = await state()
  await expect(makeIn(at(deepest), 'e')).rejects.toMatchObject(tooDeep)
  const open = {
    id: newId(),
    folder: at(deepest),
    name: 'f',
    size: 1,
    modifiedAt: 0,
    onClash: 'fail' as const,
  }
  await expect(storage.uploads.open(actor, open)).rejects.toMatchObject(tooDeep)
  const small = {
    hash: sha256(bytesOf('x')),
    size: 1,
    name: 's',
    type: '',
    modifiedAt: 0,
    onClash: 'fail' as const,
  }
  await expect(storage.uploads.putMany(actor, at(deepest), [small])).rejects.toMatchObject(tooDeep)
  expect(await state()).toEqual(before)
  await upload(storage, ada, at(deepest - 1), 'f', [bytesOf('f')])
  const path = [...Array.from({ length: deepest - 1 }, () => 'd'), 'f']
  expect(await storage.entries.resolve((await storage.entries.get(root))?.space ?? '', path)).not.toBeNull()
})

test('a move that would make a path too deep is refused and changes nothing, one that just fits goes through', async () => {
  const { storage, ada, actor, root, at, makeIn, state } = await withDeepFolders()
  const outer = await makeIn(root, 'outer')
  const inner = await makeIn(outer, 'inner')
  const { entry: file } = await upload(storage, ada, inner, 'f', [bytesOf('f')])
  const { entry: flat } = await upload(storage, ada, root, 'flat', [bytesOf('g')])
  const before = await state()
  const move = (entries: string[], to: number) => storage.entries.move(actor, entries, at(to), 'fail')
  await expect(move([outer], deepest - 2)).rejects.toMatchObject(tooDeep)
  await expect(move([flat.id, outer], deepest - 2)).rejects.toMatchObject(tooDeep)
  await expect(move([flat.id], deepest)).rejects.toMatchObject(tooDeep)
  expect(await state()).toEqual(before)
  await move([outer], deepest - 3)
  expect(await storage.entries.path(ada, file.id)).toHaveLength(deepest + 1)
  await move([flat.id], deepest - 1)
})

test('a copy that would make a path too deep is refused and changes nothing, one that just fits goes through', async () => {
  const { storage, ada, actor, root, at, makeIn, state } = await withDeepFolders()
  const outer = await makeIn(root, 'outer')
  const { entry: file } = await upload(storage, ada, outer, 'f', [bytesOf('f')])
  const before = await state()
  const copy = (entries: string[], to: number) => storage.entries.copy(actor, entries, at(to), 'fail')
  await expect(copy([file.id, outer], deepest - 1)).rejects.toMatchObject(tooDeep)
  await expect(copy([file.id], deepest)).rejects.toMatchObject(tooDeep)
  expect(await state()).toEqual(before)
  expect(await copy([outer], deepest - 2)).toHaveLength(1)
  expect(await copy([file.id], deepest - 1)).toHaveLength(1)
})

test('a file is not made where its folder was moved too deep meanwhile', async () => {
  const { storage, actor, root, at, makeIn } = await withDeepFolders()
  const folder = await makeIn(root, 'folder')
  const bytes = bytesOf('x')
  const id = newId()
  await storage.uploads.open(actor, { id, folder, name: 'f', size: 1, modifiedAt: 0, onClash: 'fail' })
  await storage.uploads.declare(actor, id, 0, [{ hash: sha256(bytes), size: 1 }])
  await storage.chunks.put(sha256(bytes), bytes, { upload: id, index: 0 })
  await storage.entries.move(actor, [folder], at(deepest - 1), 'fail')
  await expect(storage.uploads.commit(actor, id, '')).rejects.toMatchObject(tooDeep)
  await storage.entries.move(actor, [folder], root, 'fail')
  expect((await storage.uploads.commit(actor, id, '')).entry.folder).toBe(folder)
})

test('what an older hub has let too deep may come nearer to the root', async () => {
  const { storage, actor, root, directory, at, makeIn } = await withDeepFolders()
  const outer = await makeIn(root, 'outer')
  await makeIn(outer, 'inner')
  const database = new BetterSqlite(join(directory, 'index.db'))
  database.prepare('update entries set parent = ? where id = ?').run(at(deepest), outer)
  database.prepare('update entries set children = children + 1 where id = ?').run(at(deepest))
  database.close()
  const move = (to: number) => storage.entries.move(actor, [at(deepest)], at(to), 'keepBoth')
  expect((await move(deepest - 2)).entries).toHaveLength(1)
  await expect(move(deepest - 1)).rejects.toMatchObject(tooDeep)
  expect((await move(0)).entries).toHaveLength(1)
})
