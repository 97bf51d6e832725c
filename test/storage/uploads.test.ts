import { expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import {
  bytesOf,
  newId,
  person,
  putChunk,
  sha256,
  temporaryDirectory,
  upload,
  withAda,
} from './open-temporary.ts'

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
  const { storage, actor, root } = await withAda()
  const id = newId()
  const refs = ['x', 'yy', 'zzz'].map(text => ({ hash: sha256(bytesOf(text)), size: text.length }))
  await storage.uploads.open(actor, { id, folder: root, name: 'n', size: 10, modifiedAt: 0, onClash: 'fail' })
  expect(await storage.uploads.declare(actor, id, 0, refs)).toEqual([0, 1, 2])
  await putChunk(storage, id, 1, bytesOf('yy'))
  const commit = storage.uploads.commit(actor, id, 'text/plain')
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

const ref = (text: string) => ({ hash: sha256(bytesOf(text)), size: text.length })
const opening = (folder: string, size: number, onClash: 'fail' | 'keepBoth' | 'replace' = 'fail') => ({
  id: newId(),
  folder,
  name: 'file',
  size,
  modifiedAt: 0,
  onClash,
})

test('every call of an upload can be repeated, also after its commit', async () => {
  const { storage, ada, actor, root, space } = await withAda()
  const open = opening(root, 3)
  const run = async () => {
    const row = await storage.uploads.open(actor, open)
    await storage.uploads.declare(actor, open.id, 0, [ref('abc')])
    await putChunk(storage, open.id, 0, bytesOf('abc'))
    return { content: row.content, ...(await storage.uploads.commit(actor, open.id, 'text/plain')) }
  }
  const first = await run()
  expect(await run()).toEqual(first)
  expect(await storage.uploads.list(ada)).toEqual([])
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 3, reservedBytes: 0 })
  const other = storage.uploads.open(actor, { ...open, size: 4 })
  await expect(other).rejects.toMatchObject({ reason: 'conflict' })
  await storage.uploads.cancel(actor, open.id)
  expect(await storage.entries.get(first.entry.id)).not.toBeNull()
  expect(await run()).toEqual(first)
})

test('chunks are declared in order, the same when repeated, and not more than announced', async () => {
  const { storage, actor, root } = await withAda()
  const open = opening(root, 6)
  await storage.uploads.open(actor, open)
  expect(await storage.uploads.declare(actor, open.id, 0, [ref('aa'), ref('bb')])).toEqual([0, 1])
  expect(await storage.uploads.declare(actor, open.id, 1, [ref('bb'), ref('cc')])).toEqual([1, 2])
  for (const [from, chunks] of [
    [4, [ref('dd')]],
    [0, [ref('xx')]],
    [3, [ref('d')]],
  ] as const)
    await expect(storage.uploads.declare(actor, open.id, from, chunks)).rejects.toMatchObject({
      reason: 'conflict',
    })
  await expect(
    storage.uploads.declare({ user: newId(), requestId: null }, open.id, 0, []),
  ).rejects.toMatchObject({
    reason: 'not_found',
  })
})

test('a chunk that a file repeats is stored once and counted for each of its places', async () => {
  const { storage, ada, actor, root } = await withAda()
  const open = opening(root, 8)
  await storage.uploads.open(actor, open)
  const twice = [ref('aa'), ref('bb'), ref('aa')]
  expect(await storage.uploads.declare(actor, open.id, 0, twice)).toEqual([0, 1, 2])
  await putChunk(storage, open.id, 0, bytesOf('aa'))
  await Promise.all([0, 2].map(index => putChunk(storage, open.id, index, bytesOf('aa'))))
  expect(await storage.uploads.get(ada, open.id)).toMatchObject({ storedBytes: 4, declaredBytes: 6 })
  expect(await storage.uploads.declare(actor, open.id, 3, [ref('aa')])).toEqual([])
  const chunks = await storage.uploads.chunks(open.id, 0, 10)
  expect(chunks.map(chunk => chunk.stored)).toEqual([true, false, true, true])
})

test('what lies elsewhere on the hub, or where the uploader may not read the whole space, is asked for', async () => {
  const { storage, ada, actor, root } = await withAda()
  const bob = await storage.users.create(actor, { ...person('Bob') })
  const asBob = { user: bob.id, requestId: null }
  const [bobs] = await storage.spaces.visibleTo(bob.id)
  await upload(storage, ada, root, 'secret', [bytesOf('secret')])
  const elsewhere = opening(bobs?.root ?? '', 6)
  await storage.uploads.open(asBob, elsewhere)
  expect(await storage.uploads.declare(asBob, elsewhere.id, 0, [ref('secret')])).toEqual([0])
  const untrusted = opening(root, 6)
  await storage.uploads.open(asBob, untrusted)
  expect(await storage.uploads.declare(asBob, untrusted.id, 0, [ref('secret')])).toEqual([0])
  const trusted = opening(root, 6)
  await storage.uploads.open(actor, trusted)
  expect(await storage.uploads.declare(actor, trusted.id, 0, [ref('secret')])).toEqual([])
})

test('quota is reserved on opening, given back by cancelling and by expiry, and never passed', async () => {
  let now = 1_000_000
  const { storage, ada, actor, root, space } = await withAda(10, { clock: () => now, uploadsKeptMs: 1_000 })
  await storage.users.create(actor, { ...person('Bob'), quotaBytes: 5 })
  const first = opening(root, 6)
  await storage.uploads.open(actor, first)
  await expect(storage.uploads.open(actor, opening(root, 5))).rejects.toMatchObject({
    reason: 'quota_exceeded',
  })
  await storage.uploads.cancel(actor, first.id)
  await storage.uploads.cancel(actor, first.id)
  const second = opening(root, 10)
  await storage.uploads.open(actor, second)
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 0, reservedBytes: 10 })
  now += 2_000
  expect(await storage.uploads.expire(now)).toEqual([{ id: second.id, user: ada }])
  expect(await storage.uploads.get(ada, second.id)).toBeNull()
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
  await upload(storage, ada, root, 'a', [bytesOf('12345678')])
  await expect(upload(storage, ada, root, 'b', [bytesOf('123')])).rejects.toMatchObject({
    reason: 'quota_exceeded',
  })
  expect((await storage.users.list(null, 10)).users.map(user => user.usedBytes)).toEqual([8, 0])
})

test('replacing makes a new version of the same entry', async () => {
  const { storage, ada, actor, root, space } = await withAda()
  const before = await upload(storage, ada, root, 'a', [bytesOf('old')])
  const after = await upload(storage, ada, root, 'A', [bytesOf('newer')], 'replace')
  expect(after.entry).toMatchObject({ id: before.entry.id, name: 'a', size: 5 })
  expect(after.entry.version).not.toBe(before.entry.version)
  const old = await storage.contents.ofEntry(before.entry.id, before.entry.version)
  expect(old).toMatchObject({ size: 3, digest: before.entry.digest })
  expect(await storage.contents.ofEntry(before.entry.id, newId())).toBeNull()
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 8 })
  await storage.entries.createFolder(actor, root, 'folder', 'fail')
  const clash = storage.uploads.open(actor, { ...opening(root, 1, 'replace'), name: 'FOLDER' })
  await expect(clash).rejects.toMatchObject({ reason: 'name_taken', details: { entry: { name: 'folder' } } })
})

test('an empty file has no chunks', async () => {
  const { storage, ada, root } = await withAda()
  const { entry } = await upload(storage, ada, root, 'empty', [])
  expect(entry.size).toBe(0)
  expect(await storage.contents.ofEntry(entry.id, null)).toMatchObject({ chunks: 0, size: 0 })
})

test('of small files each succeeds or fails by itself, and a repetition changes nothing', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, root, space } = await withAda(14, { directory })
  await upload(storage, ada, root, 'there', [bytesOf('1234')])
  for (const text of ['1234', 'other']) await storage.chunks.put(ref(text).hash, bytesOf(text))
  const file = (name: string, text: string, onClash: 'fail' | 'keepBoth' | 'replace') => {
    const { hash, size } = text === '' ? { hash: '0'.repeat(64), size: 0 } : ref(text)
    return { name, size, hash, type: 'text/plain', modifiedAt: 0, onClash }
  }
  const files = [
    file('there', 'other', 'fail'),
    file('There', '1234', 'replace'),
    file('there', '1234', 'keepBoth'),
    file('new', 'other', 'fail'),
    file('NEW', 'other', 'fail'),
    file('empty', '', 'fail'),
    file('last', 'other', 'fail'),
  ]
  const once = { user: ada, requestId: 'r1' }
  const results = await storage.uploads.putMany(once, root, files)
  expect(results.map(result => (result.ok ? result.entry.name : result.reason))).toEqual([
    'name_taken',
    'there',
    'there (2)',
    'new',
    'name_taken',
    'empty',
    'quota_exceeded',
  ])
  expect(results[1]).toMatchObject({ unchanged: true })
  expect(await storage.uploads.putMany(once, root, files)).toEqual(results)
  const other = storage.uploads.putMany(once, root, files.slice(1))
  await expect(other).rejects.toMatchObject({ reason: 'conflict' })
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 13 })
  const unknown = storage.uploads.putMany({ user: ada, requestId: null }, root, [
    file('x', 'not stored', 'fail'),
  ])
  await expect(unknown).rejects.toMatchObject({ reason: 'incomplete' })
  expect(await checkDirectory(directory)).toEqual([])
})

test('small files that are next versions go in together with new ones, beside a folder and a second of a name', async () => {
  const directory = temporaryDirectory()
  const { storage, actor, root, space } = await withAda(null, { directory })
  for (const text of ['old', 'newer']) await storage.chunks.put(ref(text).hash, bytesOf(text))
  const file = (name: string, text: string, onClash: 'keepBoth' | 'replace' = 'replace') => ({
    ...{ name, ...ref(text), type: `text/${text}`, modifiedAt: text.length, onClash },
  })
  const put = async (files: ReturnType<typeof file>[]) => {
    const results = await storage.uploads.putMany(actor, root, files)
    return results.map(result => (result.ok ? result : result.reason))
  }
  const names = Array.from({ length: 100 }, (_, i) => `File ${i}`)
  const first = await put(names.map(name => file(name, 'old')))
  const { entry: folder } = await storage.entries.createFolder(actor, root, 'folder', 'fail')
  const results = await put([
    ...names.map((name, i) => file(name.toLowerCase(), i < 50 ? 'newer' : 'old')),
    file('folder', 'newer'),
    file('File 0', 'old', 'keepBoth'),
    file('File 99', 'newer'),
    file('added', 'newer'),
  ])

  for (const [i, name] of names.entries()) {
    const [was, is] = [first[i], results[i]]
    if (typeof was !== 'object' || typeof is !== 'object') throw new Error(`${name} was refused`)
    const { id, version } = was.entry
    const news = { name, size: 5, type: 'text/newer', modifiedAt: 5, by: { name: 'Ada' } }
    expect(is).toMatchObject(
      i < 50 ? { unchanged: false, entry: { ...news, id } } : { ...was, unchanged: true },
    )
    if (i < 99) expect(await storage.entries.get(id)).toEqual(is.entry)
    expect(await storage.contents.ofEntry(id, null)).toMatchObject({ size: i < 50 || i === 99 ? 5 : 3 })
    expect(await storage.contents.ofEntry(id, version)).toMatchObject({ size: 3 })
  }
  expect(results.slice(100)).toMatchObject([
    'name_taken',
    { unchanged: false, entry: { name: 'File 0 (2)', size: 3 } },
    { unchanged: false, entry: { name: 'File 99', size: 5 } },
    { unchanged: false, entry: { name: 'added', size: 5 } },
  ])
  const changes = await storage.changes.ofSpace(space, folder.seq, 1000)
  expect(changes.map(({ change }) => change.seq)).toEqual(
    Array.from({ length: 53 }, (_, i) => folder.seq + 1 + i),
  )
  expect(await storage.spaces.get(space)).toMatchObject({ usedBytes: 100 * 3 + 52 * 5 + 3 })
  expect(await checkDirectory(directory)).toEqual([])
})

test('an upload is given up a time after its last byte, however long it runs', async () => {
  let now = 1_000_000
  const { storage, ada, actor, root } = await withAda(null, { clock: () => now, uploadsKeptMs: 1000 })
  const id = newId()
  const bytes = bytesOf('slow')
  const ref = { hash: sha256(bytes), size: bytes.length }
  await storage.uploads.open(actor, { id, folder: root, name: 'n', size: 8, modifiedAt: 0, onClash: 'fail' })
  now += 900
  await storage.uploads.declare(actor, id, 0, [ref])
  now += 900
  await putChunk(storage, id, 0, bytes)
  now += 900
  expect(await storage.uploads.expire(now)).toEqual([])
  expect(await storage.uploads.get(ada, id)).toMatchObject({ expiresAt: now + 100 })
  now += 100
  expect(await storage.uploads.expire(now)).toEqual([{ id, user: ada }])
})

test('a chunk that is declared with two sizes is stored in its true one only', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root } = await withAda(null, { directory })
  const id = newId()
  const bytes = bytesOf('true')
  const hash = sha256(bytes)
  await storage.uploads.open(actor, { id, folder: root, name: 'n', size: 10, modifiedAt: 0, onClash: 'fail' })
  const chunks = [
    { hash, size: 4 },
    { hash, size: 6 },
  ]
  await storage.uploads.declare(actor, id, 0, chunks)
  await putChunk(storage, id, 0, bytes)
  const commit = storage.uploads.commit(actor, id, 'text/plain')
  await expect(commit).rejects.toMatchObject({ reason: 'incomplete', details: { missing: [1] } })
  // Neither is it taken for known where the uploader may read what has it.
  const { entry } = await upload(storage, ada, root, 'whole', [bytes])
  expect(entry.size).toBe(4)
  const other = newId()
  await storage.uploads.open(actor, { ...opening(root, 10), id: other })
  expect(await storage.uploads.declare(actor, other, 0, chunks)).toEqual([1])
  expect(await checkDirectory(directory)).toEqual([])
})

test('a chunk that was on its way to a cancelled upload marks nothing in another of that id', async () => {
  const { storage, actor, root } = await withAda()
  const { id } = opening(root, 3)
  const open = () => storage.uploads.open(actor, { ...opening(root, 3), id })
  await open()
  expect(await storage.uploads.declare(actor, id, 0, [ref('one')])).toEqual([0])
  await storage.uploads.cancel(actor, id)
  await open()
  expect(await storage.uploads.declare(actor, id, 0, [ref('two')])).toEqual([0])
  await putChunk(storage, id, 0, bytesOf('one'))
  const commit = storage.uploads.commit(actor, id, 'text/plain')
  await expect(commit).rejects.toMatchObject({ reason: 'incomplete', details: { missing: [0] } })
  await putChunk(storage, id, 0, bytesOf('two'))
  expect(await storage.uploads.commit(actor, id, 'text/plain')).toMatchObject({ unchanged: false })
})
