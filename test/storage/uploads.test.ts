import { expect, test } from 'vitest'
import { bytesOf, newId, sha256, upload, withAda } from './open-temporary.ts'

test('an upload becomes a file with its chunks in order, and the space is charged', async () => {
  const { storage, ada, root, space } = await withAda()
  const parts = ['one', 'two!', 'three'].map(bytesOf)
  const { entry, unchanged } = await upload(storage, ada, root, 'numbers.txt', parts)
  expect(unchanged).toBe(false)
  expect(entry).toMatchObject({
    name: 'numbers.txt',
    size: 12,
    folder: root,
    kind: 'file',
    type: 'text/plain',
  })
  const content = await storage.contents.ofEntry(entry.id, null)
  expect(content).toMatchObject({ size: 12, chunks: 3, digest: entry.digest, version: entry.version })
  const refs = await storage.contents.chunks(content?.content ?? '', 0, 10)
  expect(refs.map(ref => ref.hash)).toEqual(parts.map(sha256))
  expect(await storage.contents.locate(content?.content ?? '', 6)).toEqual({ index: 1, start: 3 })
  expect(await storage.contents.locate(content?.content ?? '', 12)).toBeNull()
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 12, reservedBytes: 0 })
})

test('a file that the space has is not asked for again, and replacing it with itself changes nothing', async () => {
  const { storage, ada, root } = await withAda()
  const parts = ['same', 'bytes'].map(bytesOf)
  await upload(storage, ada, root, 'a', parts)
  const again = await upload(storage, ada, root, 'a', parts, 'replace')
  expect(again.missing).toEqual([])
  expect(again.unchanged).toBe(true)
  const other = await upload(storage, ada, root, 'a', parts, 'keepBoth')
  expect(other.entry.name).toBe('a (2)')
})

test('an upload without all of its chunks is incomplete and says which', async () => {
  const { storage, ada, root } = await withAda()
  const id = newId()
  const refs = ['x', 'yy', 'zzz'].map(text => ({ hash: sha256(bytesOf(text)), size: text.length }))
  await storage.uploads.open(ada, { id, folder: root, name: 'n', size: 10, modifiedAt: 0, onClash: 'fail' })
  expect(await storage.uploads.declare(ada, id, 0, refs, true)).toEqual([0, 1, 2])
  await storage.chunks.put(refs[1]?.hash ?? '', bytesOf('yy'))
  await storage.uploads.markStored(id, [1])
  const commit = storage.uploads.commit(ada, id, 'text/plain')
  await expect(commit).rejects.toMatchObject({ reason: 'incomplete', details: { missing: [0, 2, 3] } })
})

test('small files become visible together', async () => {
  const { storage, actor, root } = await withAda()
  const files = await Promise.all(
    ['a', 'b', 'c'].map(async name => {
      const bytes = bytesOf(`content of ${name}`)
      await storage.chunks.put(sha256(bytes), bytes)
      const onClash = 'fail' as const
      return { name, size: bytes.length, hash: sha256(bytes), type: 'text/plain', modifiedAt: 5, onClash }
    }),
  )
  const results = await storage.uploads.putMany(actor, root, files)
  expect(results.map(result => result.ok)).toEqual([true, true, true])
  const page = await storage.entries.list(root, { order: 'name', descending: false, after: null, limit: 10 })
  expect(page.entries.map(entry => entry.name)).toEqual(['a', 'b', 'c'])
  expect(page.total).toBe(3)
})
