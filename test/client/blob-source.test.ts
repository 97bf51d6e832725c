import { openAsBlob } from 'node:fs'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blobSource } from '../../client/web/uploads/blob-source.ts'
import { someBytes } from './memory-source.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-blob-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** A file of this machine as the browser's kind of file, which looks at the real one when it is read. */
const openFile = async (name: string, bytes: Uint8Array) => {
  const path = join(directory, name)
  await writeFile(path, bytes)
  return { path, source: blobSource(new File([await openAsBlob(path)], name)) }
}

const changed = { reason: 'conflict', message: 'The file changed or went away while it was uploaded.' }

test('a file that changed is noticed by a read, and by one of no bytes', async () => {
  const { path, source } = await openFile('grown', someBytes(1_000_000))
  await source.read(0, 500_000)
  expect(await source.read(source.size, 0)).toHaveLength(0)
  await appendFile(path, 'more')
  await expect(source.read(source.size, 0)).rejects.toMatchObject(changed)
  await expect(source.read(0, 10)).rejects.toMatchObject(changed)
})

test('an empty file is read, and stays as it is', async () => {
  const { source } = await openFile('empty', new Uint8Array(0))
  expect(await source.read(0, 0)).toHaveLength(0)
})
