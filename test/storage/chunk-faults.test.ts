import { execFileSync } from 'node:child_process'
import { hash, pbkdf2, randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import type { ChunkStore, MarkedRow } from '../../storage/chunks/chunk-store.ts'
import { diskChunks } from '../../storage/chunks/disk-chunks.ts'
import { memoryChunkIndex } from '../../storage/chunks/memory-chunk-index.ts'
import { segmentFileName, segmentMaxBytes } from '../../storage/chunks/record.ts'
import { scanSegments } from '../../storage/chunks/scan.ts'
import { logInto, segmentFiles, temporaryData, temporaryDiskChunks } from '../support/chunk-directory.ts'
import { faultyStore, putSome, rowOf, type Stored, stateOf } from '../support/stored-chunks.ts'

const healed = async (store: ChunkStore, chunk: Stored): Promise<string> => {
  await store.put(chunk.id, chunk.bytes)
  return stateOf(store, chunk)
}

test('a flipped bit anywhere in a record is found, never served, and healed by a new put', async () => {
  const { store, index, directory } = await temporaryDiskChunks()
  const places = [0, 4, 8, 12, 16, 31, 32, 63, 64, 4000, 64 + 9000, 64 + 9000 + 15]
  // The end of the last one is written again with what follows it.
  const chunks = await putSome(store, places.length + 1)
  const [touched, untouched] = [chunks.slice(0, -1), chunks.at(-1)]
  for (const [i, chunk] of touched.entries()) {
    const row = await rowOf(index, chunk.id)
    const fd = openSync(join(directory, segmentFileName(row.segment)), 'r+')
    const byte = new Uint8Array(1)
    const at = row.offset + (places[i] ?? 0)
    readSync(fd, byte, 0, 1, at)
    writeSync(fd, Uint8Array.of((byte[0] ?? 0) ^ 1), 0, 1, at)
    closeSync(fd)
  }
  for (const chunk of touched) {
    expect(await stateOf(store, chunk)).toBe('chunk_damaged')
    expect(await healed(store, chunk)).toBe('intact')
  }
  expect(untouched && (await stateOf(store, untouched))).toBe('intact')
})

test('two swapped records are both damaged, for each is bound to its chunk', async () => {
  const { store, index } = await temporaryDiskChunks()
  const [a, b] = await putSome(store, 2)
  if (!a || !b) throw new Error('Two chunks were asked for.')
  const [rowA, rowB] = [await rowOf(index, a.id), await rowOf(index, b.id)]
  await index.add([
    { ...rowB, id: a.id },
    { ...rowA, id: b.id },
  ])
  expect(await stateOf(store, a)).toBe('chunk_damaged')
  expect(await stateOf(store, b)).toBe('chunk_damaged')
})

const rots: [string, (path: string) => void][] = [
  ['truncated', path => truncateSync(path, 100)],
  ['emptied', path => truncateSync(path, 0)],
  ['zeroed', path => writeFileSync(path, new Uint8Array(readFileSync(path).length))],
]

test.each(rots)('chunks of a segment that is %s are damaged, and heal', async (_, rot) => {
  const { chunks: directory, keys } = await temporaryData()
  const index = memoryChunkIndex()
  const first = await diskChunks({ directory, index, keys })
  const chunks = await putSome(first, 4)
  await first.close()
  const store = await diskChunks({ directory, index, keys })
  onTestFinished(() => store.close())
  for (const path of segmentFiles(directory)) rot(path)
  for (const chunk of chunks) {
    expect(await stateOf(store, chunk)).toBe('chunk_damaged')
    expect(await healed(store, chunk)).toBe('intact')
  }
})

test.each(['sync EIO', 'write EIO', 'create EIO', 'sync ENOSPC'])(
  'after a failed "%s" nothing is acknowledged any more, reads go on, a restart helps',
  async fault => {
    const { store, arm, index, directory, keys } = await faultyStore()
    const kept = fault.startsWith('create') ? [] : await putSome(store, 3)
    arm(fault)
    const failed = await Promise.allSettled(Array.from({ length: 3 }, () => putSome(store, 1)))
    expect(failed.map(result => result.status === 'rejected' && result.reason.reason)).toEqual(
      Array(3).fill('storage_read_only'),
    )
    arm(null)
    await expect(putSome(store, 1)).rejects.toMatchObject({ reason: 'storage_read_only' })
    expect(store.health()).toMatchObject({ state: 'readOnly', problem: expect.stringContaining('durable') })
    for (const chunk of kept) expect(await stateOf(store, chunk)).toBe('intact')
    await store.close()
    const next = await diskChunks({ directory, index, keys })
    onTestFinished(() => next.close())
    for (const chunk of [...kept, ...(await putSome(next, 2))])
      expect(await stateOf(next, chunk)).toBe('intact')
  },
)

/** Gives the threads that work on files other work; resolves when it is done. */
const delayFiles = (): Promise<unknown> =>
  Promise.all(Array.from({ length: 8 }, () => promisify(pbkdf2)('', '', 200_000, 64, 'sha512')))

test('a store that is closed writes nothing any more, whatever it was doing', async () => {
  const { store, arm, directory } = await faultyStore()
  const mark = () => statSync(join(directory, 'unclean')).ino
  arm('create EIO')
  // So that the mark is still to be moved to the segment that could not be made.
  const delayed = delayFiles()
  await expect(putSome(store, 1)).rejects.toMatchObject({ reason: 'storage_read_only' })
  await store.close()
  const before = mark()
  await delayed
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(mark()).toBe(before)
})

test('a full disk is said to be full, and the store goes on when there is room again', async () => {
  const { store, arm } = await faultyStore()
  const kept = await putSome(store, 3)
  arm('write ENOSPC')
  await expect(putSome(store, 2)).rejects.toMatchObject({ reason: 'storage_full' })
  expect(store.health()).toMatchObject({ state: 'full' })
  for (const chunk of kept) expect(await stateOf(store, chunk)).toBe('intact')
  arm(null)
  kept.push(...(await putSome(store, 3)))
  expect(store.health()).toMatchObject({ state: 'writable', problem: null })
  for (const chunk of kept) expect(await stateOf(store, chunk)).toBe('intact')
})

test.each(['create EMFILE', 'create ENFILE', 'syncDirectory EMFILE'])(
  'after a "%s" a put is told that too many files are open, and may be tried again',
  async fault => {
    const { store, arm } = await faultyStore()
    arm(fault)
    await expect(putSome(store, 2)).rejects.toMatchObject({
      reason: 'busy',
      message: 'The hub has too many files open at the moment. Try again.',
    })
    expect(store.health()).toMatchObject({ state: 'writable', problem: null })
    arm(null)
    for (const chunk of await putSome(store, 2)) expect(await stateOf(store, chunk)).toBe('intact')
  },
)

test('chunks are refused while no mark says that they have to be verified after a power cut', async () => {
  const { chunks: directory, keys } = await temporaryData()
  mkdirSync(join(directory, 'unclean.new'), { recursive: true })
  const store = await diskChunks({ directory, index: memoryChunkIndex(), keys })
  onTestFinished(() => store.close())
  await expect(putSome(store, 2)).rejects.toMatchObject({ reason: 'storage_read_only' })
  expect(segmentFiles(directory)).toEqual([])
})

test('a store that opens on a full disk says so, and takes chunks once they can be marked', async context => {
  const { data, keys } = await temporaryData()
  const directory = join(data, 'small')
  if (!mounted(directory, 'tmpfs', '-o', 'size=80m')) return context.skip('mounting a small tmpfs needs root')
  const ballast = join(directory, 'ballast')
  expect(() => writeFileSync(ballast, Buffer.alloc(81 * 1024 * 1024, 1))).toThrow('ENOSPC')
  const store = await diskChunks({ directory, index: memoryChunkIndex(), keys })
  onTestFinished(() => store.close())
  expect(store.health()).toMatchObject({ state: 'full', problem: expect.stringContaining('disk is full') })
  await expect(putSome(store, 1)).rejects.toMatchObject({ reason: 'storage_full' })
  rmSync(ballast)
  for (const chunk of await putSome(store, 2)) expect(await stateOf(store, chunk)).toBe('intact')
  expect(store.health()).toMatchObject({ state: 'writable', problem: null })
  expect(readFileSync(join(directory, 'unclean'), 'utf8')).toMatch(/^[1-9]/)
})

test('a thread that dies makes the store read-only and leaves no put hanging', async () => {
  const { store, arm } = await faultyStore()
  const kept = await putSome(store, 3)
  arm('die')
  await expect(putSome(store, 1)).rejects.toMatchObject({ reason: 'storage_read_only' })
  arm(null)
  expect(store.health()).toMatchObject({ state: 'readOnly' })
  await expect(putSome(store, 1)).rejects.toMatchObject({ reason: 'storage_read_only' })
  for (const chunk of kept) expect(await stateOf(store, chunk)).toBe('intact')
})

/** False where that takes rights that this process has not. */
const mounted = (path: string, type: string, ...options: string[]): boolean => {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', type, ...options, type, path], { stdio: 'ignore' })
    onTestFinished(() => {
      execFileSync('umount', ['-l', path])
    })
    return true
  } catch {
    return false
  }
}

test('a file system that takes no direct writes serves as well', async context => {
  const { data, keys } = await temporaryData()
  const directory = join(data, 'cached')
  if (!mounted(directory, 'ramfs')) return context.skip('mounting a ramfs needs root')
  expect(() =>
    openSync(join(directory, 'direct'), constants.O_WRONLY | constants.O_CREAT | constants.O_DIRECT),
  ).toThrow('EINVAL')
  const index = memoryChunkIndex()
  const store = await diskChunks({ directory, index, keys })
  const kept = await putSome(store, 5, 1_000_000)
  await store.close()
  const next = await diskChunks({ directory, index, keys, verifyAll: true })
  onTestFinished(() => next.close())
  for (const chunk of [...kept, ...(await putSome(next, 2))])
    expect(await stateOf(next, chunk)).toBe('intact')
})

test('a disk that is really full refuses, serves, and takes chunks again after room was made', async context => {
  const { data, keys } = await temporaryData()
  const directory = join(data, 'small')
  if (!mounted(directory, 'tmpfs', '-o', 'size=80m')) return context.skip('mounting a small tmpfs needs root')
  const ballast = join(directory, 'ballast')
  writeFileSync(ballast, Buffer.alloc(78 * 1024 * 1024, 1))
  const store = await diskChunks({ directory, index: memoryChunkIndex(), keys })
  onTestFinished(() => store.close())
  const kept = await putSome(store, 1, 1_000_000)
  await expect(putSome(store, 2, 1_500_000)).rejects.toMatchObject({ reason: 'storage_full' })
  for (const chunk of kept) expect(await stateOf(store, chunk)).toBe('intact')
  // What is small still fits, and that does not make room for more.
  kept.push(...(await putSome(store, 1, 1_000)))
  expect(store.health().state).toBe('full')
  rmSync(ballast)
  kept.push(...(await putSome(store, 1, 1_000_000)))
  for (const chunk of kept) expect(await stateOf(store, chunk)).toBe('intact')
  expect(store.health().state).toBe('writable')
})

/** Makes empty files until no other one can be made. */
const fillWithFiles = (directory: string): string[] => {
  const made: string[] = []
  for (;;) {
    const path = join(directory, `ballast-${made.length}`)
    try {
      writeFileSync(path, '')
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
      return made
    }
    made.push(path)
  }
}

test('a disk without room for another file is full, and takes chunks again after room was made', async context => {
  const { data, keys } = await temporaryData()
  const directory = join(data, 'few-files')
  if (!mounted(directory, 'tmpfs', '-o', 'size=80m,nr_inodes=20'))
    return context.skip('mounting a small tmpfs needs root')
  const store = await diskChunks({ directory, index: memoryChunkIndex(), keys })
  onTestFinished(() => store.close())
  const ballast = fillWithFiles(directory)
  await expect(putSome(store, 1)).rejects.toMatchObject({ reason: 'storage_full' })
  expect(store.health()).toMatchObject({ state: 'full' })
  for (const path of ballast) rmSync(path)
  for (const chunk of await putSome(store, 3)) expect(await stateOf(store, chunk)).toBe('intact')
  expect(store.health()).toMatchObject({ state: 'writable' })
})

test('the rows of the index can be rebuilt by scanning, past damage and torn tails', async () => {
  const { store, index, directory, keys } = await temporaryDiskChunks()
  const chunks = [...(await putSome(store, 20)), ...(await putSome(store, 9, 4 * 1024 * 1024))]
  const [spoilt, ...whole] = chunks
  const rows = await index.find(whole.map(({ id }) => id))
  const place = await rowOf(index, spoilt?.id ?? '')
  await store.close()
  const fd = openSync(join(directory, segmentFileName(place.segment)), 'r+')
  writeSync(fd, new Uint8Array(8), 0, 8, place.offset + 12)
  closeSync(fd)
  for (const path of segmentFiles(directory)) writeFileSync(path, 'WCHK torn', { flag: 'a' })
  const found = new Map<string, MarkedRow>()
  for await (const row of scanSegments(directory, keys)) found.set(row.id, { ...row, damaged: false })
  expect(found).toEqual(rows)
})

test('what a crash cut off of the recent records is found at the start, and stops nobody', async () => {
  const { store, index, directory, keys } = await temporaryDiskChunks()
  const chunks = await putSome(store, 10)
  const places = await Promise.all(chunks.map(({ id }) => rowOf(index, id)))
  const [last] = places.toSorted((a, b) => b.segment - a.segment || b.offset - a.offset)
  if (!last) throw new Error('Ten chunks were asked for.')
  truncateSync(join(directory, segmentFileName(last.segment)), last.offset + last.length - 1)
  const said: string[] = []
  const next = await diskChunks({ directory, index, keys, log: logInto(said) })
  onTestFinished(() => next.close())
  expect(said[0]).toBe('warn: After an unclean stop 9 chunks were verified and 1 found damaged.')
})

test('what a crash left unreadable among the recent records is found at the start', async () => {
  const { store, index, directory, keys } = await temporaryDiskChunks()
  const [spoilt, ...whole] = await putSome(store, 10)
  if (!spoilt) throw new Error('Ten chunks were asked for.')
  const row = await rowOf(index, spoilt.id)
  const fd = openSync(join(directory, segmentFileName(row.segment)), 'r+')
  writeSync(fd, new Uint8Array(500), 0, 500, row.offset + 500)
  closeSync(fd)
  const said: string[] = []
  const next = await diskChunks({ directory, index, keys, log: logInto(said) })
  onTestFinished(() => next.close())
  expect(said).toEqual([
    'warn: After an unclean stop 9 chunks were verified and 1 found damaged.',
    expect.stringMatching(/^warn: 1 stored chunks are damaged\./),
  ])
  expect(await next.has([spoilt.id])).toEqual(new Set())
  expect(await healed(next, spoilt)).toBe('intact')
  for (const chunk of whole) expect(await stateOf(next, chunk)).toBe('intact')
})

test('a full segment is followed by another, and no offset is used twice', async () => {
  const { store, index, directory } = await temporaryDiskChunks({ workers: 1 })
  const bytes = randomBytes(4 * 1024 * 1024)
  const ids: string[] = []
  for (let i = 0; i < 66; i++) {
    bytes.writeUInt32LE(i)
    ids.push(hash('sha256', bytes))
    await store.put(ids[i] ?? '', bytes)
  }
  const ends = [...(await index.segmentEnds()).values()]
  expect(ends).toHaveLength(2)
  expect(ends.every(end => end <= segmentMaxBytes)).toBe(true)
  for (const id of ids) {
    const buffer = await store.get(id)
    expect(hash('sha256', buffer.bytes)).toBe(id)
    buffer.release()
  }
  await store.close()
  expect(segmentFiles(directory).map(path => statSync(path).size)).toEqual(ends)
})
