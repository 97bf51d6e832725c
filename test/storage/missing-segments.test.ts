import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStorage } from '../../storage/open-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { logInto } from '../support/chunk-directory.ts'
import { bytesOf, sha256, temporaryDirectory, upload, withAda } from './open-temporary.ts'

const hash = sha256(bytesOf('content'))

/** A hub's directory with one file, after a clean stop. */
const storedFile = async () => {
  const directory = temporaryDirectory()
  const { storage, ada, root, actor } = await withAda(null, { directory })
  const { entry: folder } = await storage.entries.createFolder(actor, root, 'photos', 'fail')
  await upload(storage, ada, folder.id, 'one.jpg', [bytesOf('content')])
  await storage.close()
  const chunks = join(directory, 'chunks')
  const [segment = ''] = readdirSync(chunks).filter(name => name.endsWith('.seg'))
  return { directory, chunks, segment: join(chunks, segment), ada, folder: folder.id }
}

/** Opens it, and answers what was said at that. */
const opened = async (
  directory: string,
  allowMissingSegments = false,
): Promise<{ storage: Storage; said: string[] }> => {
  const said: string[] = []
  const storage = await openStorage({ directory, allowMissingSegments, log: logInto(said) })
  onTestFinished(() => storage.close())
  return { storage, said }
}

/** `whole`, or why it is not. */
const stateOf = async ({ chunks }: Storage): Promise<string> =>
  chunks.get(hash).then(
    buffer => {
      buffer.release()
      return 'whole'
    },
    error => error.reason,
  )

const losses: [string, (path: string) => void][] = [
  ['missing', path => rmSync(path)],
  [
    'a directory',
    path => {
      rmSync(path)
      mkdirSync(path)
    },
  ],
  [
    'a link',
    path => {
      rmSync(path)
      symlinkSync('/dev/zero', path)
    },
  ],
]

test.each(losses)('a start is refused while a segment is %s, and nothing is marked', async (_, lose) => {
  const { directory, segment } = await storedFile()
  const kept = join(directory, 'kept')
  copyFileSync(segment, kept)
  lose(segment)
  // The second one, too, finds nothing that a first one left undone.
  for (let start = 0; start < 2; start++)
    await expect(openStorage({ directory })).rejects.toThrow(
      /^Stored chunks are missing: .*chunks \(0{7}\d\.seg\).* WHERRY_ALLOW_MISSING_SEGMENTS/,
    )
  rmSync(segment, { recursive: true, force: true })
  renameSync(kept, segment)
  const { storage, said } = await opened(directory)
  expect(await stateOf(storage)).toBe('whole')
  expect(said).toEqual([])
})

test.each(losses)(
  'a segment that is %s can be given up: its files are named, and heal when they are uploaded again',
  async (_, lose) => {
    const { directory, segment, ada, folder } = await storedFile()
    lose(segment)
    const first = await opened(directory, true)
    const words =
      'warn: 1 stored chunks are damaged. Uploading a file again heals it. Files with a part there: Ada:photos/one.jpg.'
    expect(first.said).toContain(words)
    expect(await stateOf(first.storage)).toBe('chunk_damaged')
    expect(first.storage.chunks.health().unreadable).toBeNull()
    await first.storage.close()
    const second = await opened(directory)
    expect(second.said).toContain(words)
    const { missing } = await upload(second.storage, ada, folder, 'one.jpg', [bytesOf('content')], 'replace')
    expect(missing).toEqual([0])
    expect(await stateOf(second.storage)).toBe('whole')
  },
)

test('a start is refused while a segment ends before what the index has in it, as after a copy that was broken off', async () => {
  const { directory, segment, ada, folder } = await storedFile()
  const { storage } = await opened(directory)
  await upload(storage, ada, folder, 'two.jpg', [bytesOf('more')])
  await storage.close()
  const whole = readFileSync(segment)
  truncateSync(segment, whole.length - 1)
  const refused =
    /^Stored chunks are missing: the index names segments that are not whole in .*chunks \(0{7}\d\.seg\)/
  await expect(openStorage({ directory })).rejects.toThrow(refused)
  writeFileSync(segment, whole)
  const again = await opened(directory)
  expect(again.said).toEqual([])
  await again.storage.close()
  truncateSync(segment, whole.length - 1)
  const given = await opened(directory, true)
  const words = given.said.filter(line => line.includes('damaged'))
  expect(words).toEqual([expect.stringContaining('1 stored chunks are damaged')])
})

test('a segment that was given up and is back is whole at the next start', async () => {
  const { directory, segment } = await storedFile()
  renameSync(segment, join(directory, 'kept'))
  const first = await opened(directory, true)
  expect(await stateOf(first.storage)).toBe('chunk_damaged')
  await first.storage.close()
  renameSync(join(directory, 'kept'), segment)
  const { storage, said } = await opened(directory)
  expect(said).toEqual(['info: 1 chunks that were marked damaged are whole.'])
  expect(await storage.chunks.has([hash])).toEqual(new Set([hash]))
  expect(await stateOf(storage)).toBe('whole')
})

test('a segment that comes back while the hub runs is read, and its mark goes', async () => {
  const { directory, segment } = await storedFile()
  renameSync(segment, join(directory, 'kept'))
  const { storage } = await opened(directory, true)
  expect(await stateOf(storage)).toBe('chunk_damaged')
  renameSync(join(directory, 'kept'), segment)
  expect(await stateOf(storage)).toBe('whole')
  expect(await storage.chunks.has([hash])).toEqual(new Set([hash]))
})

test('a segment that goes while the hub runs is told, not marked', async () => {
  const { directory, chunks, segment } = await storedFile()
  const { storage, said } = await opened(directory)
  renameSync(chunks, join(directory, 'away'))
  expect(await stateOf(storage)).toBe('chunk_unreadable')
  expect(storage.chunks.health().unreadable).toContain(chunks)
  expect(said.filter(line => line.startsWith('error'))).toEqual([
    expect.stringMatching(/^error: Segment 1 cannot be read: ENOENT/),
  ])
  renameSync(join(directory, 'away'), chunks)
  expect(await stateOf(storage)).toBe('whole')
  expect(storage.chunks.health().unreadable).toBeNull()
  expect(segment).toMatch(/00000001/)
})

test('damage that a read finds is told with the file, once', async () => {
  const { directory, segment } = await storedFile()
  const { storage, said } = await opened(directory)
  writeFileSync(segment, new Uint8Array(readFileSync(segment).length))
  for (let read = 0; read < 2; read++) expect(await stateOf(storage)).toBe('chunk_damaged')
  expect(said).toEqual([
    `warn: Chunk ${hash} in segment 1 at 0 is damaged. Uploading a file again heals it. Files with a part there: Ada:photos/one.jpg.`,
  ])
})
