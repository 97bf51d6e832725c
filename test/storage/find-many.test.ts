import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sha256, temporaryDirectory, withAda } from './open-temporary.ts'

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

  const segments = join(directory, 'chunks')
  for (const name of readdirSync(segments).filter(name => name.endsWith('.seg'))) {
    const bytes = readFileSync(join(segments, name))
    writeFileSync(join(segments, name), bytes.fill(0))
  }
  await expect(storage.chunks.get(one.hash)).rejects.toMatchObject({ reason: 'chunk_damaged' })
  expect(await found()).toEqual([null, 'two', 'empty', null, null, null])
  await storage.chunks.put(one.hash, one.bytes)
  expect(await found()).toEqual(['One', 'two', 'empty', null, null, null])
})
