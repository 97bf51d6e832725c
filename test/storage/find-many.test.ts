import { expect, test } from 'vitest'
import { smallFileReads } from '../../storage/index/reads/small-files.ts'
import { bytesOf, sha256, spoilChunks, temporaryDirectory, upload, withAda } from './open-temporary.ts'
import { openPlanned } from './query-plans.ts'

const fileOf = (name: string, text: string) => {
  const bytes = Buffer.from(text)
  return { name, size: bytes.length, hash: sha256(bytes), bytes }
}

test('small files are found by name and content, and not when their chunk is damaged', async () => {
  const directory = temporaryDirectory()
  const { storage, actor, root } = await withAda(null, { directory })
  const [one, two, empty] = [fileOf('One', 'content'), fileOf('two', 'another'), fileOf('empty', '')]
  for (const { hash, bytes, size } of [one, two]) if (size > 0) await storage.chunks.put(hash, bytes)
  await storage.uploads.putMany(
    actor,
    root,
    [one, two, empty].map(({ bytes: _, ...file }) => ({
      ...file,
      ...{ type: '', modifiedAt: 1, onClash: 'fail' as const },
    })),
  )
  const asked = [
    { ...one, name: 'oNE' },
    two,
    empty,
    { ...one, name: 'two' },
    { ...empty, name: 'One' },
    fileOf('three', 'content'),
  ]
  const found = async () => {
    const { entries, total } = await storage.uploads.findMany(root, asked)
    expect(total).toBe(3)
    return entries.map(entry => entry?.name ?? null)
  }
  expect(await found()).toEqual(['One', 'two', 'empty', null, null, null])

  spoilChunks(directory)
  await expect(storage.chunks.get(one.hash)).rejects.toMatchObject({ reason: 'chunk_damaged' })
  expect(await found()).toEqual([null, 'two', 'empty', null, null, null])
  const { bytes: _, ...third } = {
    ...fileOf('three', 'content'),
    type: '',
    modifiedAt: 1,
    onClash: 'fail' as const,
  }
  const putMany = () => storage.uploads.putMany(actor, root, [third])
  await expect(putMany()).rejects.toMatchObject({ reason: 'incomplete' })
  await storage.chunks.put(one.hash, one.bytes)
  expect(await found()).toEqual(['One', 'two', 'empty', null, null, null])
})

test('small files are looked for by their names, however many entries the folder has', async () => {
  const directory = temporaryDirectory()
  const { storage, actor, root } = await withAda(null, { directory })
  const { bytes, ...file } = fileOf('One', 'content')
  await storage.chunks.put(file.hash, bytes)
  await storage.uploads.putMany(actor, root, [{ ...file, type: '', modifiedAt: 1, onClash: 'fail' }])
  const { db, steps } = openPlanned(directory)
  const { entries } = await smallFileReads(db).findMany(root, [file])
  expect(entries.map(entry => entry?.name)).toEqual(['One'])
  expect(steps.filter(step => step.includes('entries_by'))).toEqual([
    'SEARCH e USING INDEX entries_by_key (parent=? AND name_key=?)',
  ])
})

test('damaged files are found below a folder, however deep, by pages', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root } = await withAda(null, { directory })
  const makeFolder = async (folder: string, name: string) =>
    (await storage.entries.createFolder(actor, folder, name, 'fail')).entry
  const top = await makeFolder(root, 'top')
  const deep = await makeFolder((await makeFolder(top.id, 'middle')).id, 'deep')
  const put = async (folder: string, text: string) =>
    (await upload(storage, ada, folder, text, [bytesOf(text)])).entry.id
  const below = [await put(top.id, 'one'), await put(deep.id, 'two'), await put(deep.id, 'three')]
  await put(root, 'beside')
  expect(await storage.entries.damagedBelow(top, null, 2)).toEqual({ entries: [], next: null })

  spoilChunks(directory)
  for (const text of ['one', 'two', 'three', 'beside'])
    await expect(storage.chunks.get(sha256(bytesOf(text)))).rejects.toMatchObject({ reason: 'chunk_damaged' })
  for (const limit of [1, 2, 3, 4]) {
    const found: string[] = []
    let after: string | null = null
    do {
      const page: { entries: string[]; next: string | null } = await storage.entries.damagedBelow(
        top,
        after,
        limit,
      )
      found.push(...page.entries)
      after = page.next
    } while (after !== null)
    expect(found).toEqual(below.toSorted())
  }
})
