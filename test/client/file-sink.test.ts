import { createHash } from 'node:crypto'
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownPartName, partName, removeLeft } from '../../client/node/file-place.ts'
import { fileSink } from '../../client/node/file-sink.ts'
import { someBytes } from './memory-source.ts'

let directory = ''
let file = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-sink-'))
  file = join(directory, 'a')
})
afterEach(() => rm(directory, { recursive: true }))

const info = { name: 'a', modifiedAt: 1_700_000_000_000, type: 'text/plain' }
const cutBytes = 300_000
/** A version's chunks, as the hub names them, and their bytes. */
const version = (size: number, seed = 1) => {
  const bytes = someBytes(size, seed)
  const pieces = Array.from({ length: Math.ceil(size / cutBytes) }, (_, i) =>
    bytes.slice(i * cutBytes, (i + 1) * cutBytes),
  )
  const chunks = pieces.map(piece => ({
    hash: createHash('sha256').update(piece).digest('hex'),
    size: piece.length,
  }))
  return { bytes, pieces, chunks }
}
const [large, small] = [900_000, 1000]
const write = async (sink: ReturnType<typeof fileSink>, { pieces }: ReturnType<typeof version>) => {
  for (const [index, piece] of pieces.entries()) await sink.write(index, index * cutBytes, piece)
}
const busy = { reason: 'busy', message: 'another command is downloading to that place' }
const expectBytes = async (bytes: Uint8Array) => expect((await readFile(file)).equals(bytes)).toBe(true)

describe('two downloads to one place', () => {
  test('do not write into one part, by whatever path they come', async () => {
    const other = join(directory, 'link')
    await mkdir(join(directory, 'folder'))
    await symlink('folder', other)
    file = join(directory, 'folder/a')
    const content = version(large)
    const first = fileSink(file, 'entry')
    await first.has(content.chunks)
    const second = fileSink(join(other, 'a'), 'entry')
    await expect(second.has(version(large, 2).chunks)).rejects.toMatchObject(busy)
    await second.stop(true)
    await write(first, content)
    await first.finish(info)
    await expectBytes(content.bytes)
    expect(await readdir(join(directory, 'folder'))).toEqual(['a'])
    const third = fileSink(join(other, 'a'), 'entry')
    expect((await third.has(content.chunks)).size).toBe(content.chunks.length)
    await third.finish(info)
    expect(await readdir(join(directory, 'folder'))).toEqual(['a'])
  })

  test('are one file or the other, also where no lock keeps them apart', async () => {
    const [one, two] = [version(large), version(large, 2)]
    const first = fileSink(file, 'entry', { overwrite: true })
    await first.has(one.chunks)
    for (const name of await readdir(directory)) if (name.endsWith('lock')) await rm(join(directory, name))
    await rm(partName(file, 'entry'))
    const second = fileSink(file, 'entry', { overwrite: true })
    await second.has(two.chunks)
    await write(second, two)
    await write(first, one)
    await expect(first.finish(info)).rejects.toMatchObject(busy)
    await first.stop(true)
    await second.finish(info)
    await expectBytes(two.bytes)
    expect(await readdir(directory)).toEqual(['a'])
  })

  test.each([false, true])('of small files know nothing of each other, overwriting: %s', async overwrite => {
    const [one, two] = [version(small), version(small, 2)]
    const sinks = [one, one, two].map(content => ({ content, sink: fileSink(file, 'entry', { overwrite }) }))
    for (const { sink, content } of sinks) {
      await sink.has(content.chunks)
      await write(sink, content)
    }
    expect((await readdir(directory)).filter(name => name.endsWith('.wherry-new'))).toHaveLength(3)
    const [first, same, other] = sinks
    await first?.sink.finish(info)
    await same?.sink.finish(info)
    if (overwrite) await other?.sink.finish(info)
    else await expect(other?.sink.finish(info)).rejects.toMatchObject({ reason: 'name_taken' })
    await expectBytes(overwrite ? two.bytes : one.bytes)
    expect(await readdir(directory)).toEqual(['a'])
  })
})

describe('a part that is a second name of its file', () => {
  test('is not written into: the file stays whole until the next one is', async () => {
    const [before, after] = [version(large), version(large, 2)]
    await writeFile(file, before.bytes)
    await link(file, partName(file, 'entry'))
    const stopped = fileSink(file, 'entry', { overwrite: true })
    await stopped.has(after.chunks)
    await stopped.write(0, 0, after.pieces[0] ?? new Uint8Array(0))
    await stopped.stop(true)
    await expectBytes(before.bytes)
    const sink = fileSink(file, 'entry', { overwrite: true })
    expect(await sink.has(after.chunks)).toEqual(new Set([0]))
    await write(sink, after)
    await sink.finish(info)
    await expectBytes(after.bytes)
    expect(await readdir(directory)).toEqual(['a'])
  })

  test('goes when the file is found whole', async () => {
    const { bytes, chunks } = version(large)
    await writeFile(file, bytes)
    await link(file, partName(file, 'entry'))
    const sink = fileSink(file, 'entry')
    expect((await sink.has(chunks)).size).toBe(chunks.length)
    await sink.finish(info)
    expect(await readdir(directory)).toEqual(['a'])
    expect((await stat(file)).nlink).toBe(1)
  })
})

test('a part is kept of what is gone on with, and of nothing else', async () => {
  for (const size of [small, 262_143, 262_144, large]) {
    const content = version(size)
    const sink = fileSink(join(directory, `${size}`), 'entry')
    await sink.has(content.chunks)
    await write(sink, content)
    await sink.stop(true)
  }
  const kept = [262_144, large].map(size => basename(partName(join(directory, `${size}`), 'entry')))
  expect((await readdir(directory)).sort()).toEqual(kept.sort())
})

test.each([0o600, 0o644, 0o400])(
  'a file of mode %o that is replaced keeps it, and its part shows no more',
  async mode => {
    const content = version(large)
    await writeFile(file, 'before')
    await chmod(file, mode)
    // From a run that had nothing to replace.
    await writeFile(partName(file, 'entry'), content.pieces[0] ?? '')
    await chmod(partName(file, 'entry'), 0o666)
    const sink = fileSink(file, 'entry', { overwrite: true })
    expect(await sink.has(content.chunks)).toEqual(new Set([0]))
    expect((await stat(partName(file, 'entry'))).mode & 0o777).toBe(mode | 0o600)
    await write(sink, content)
    await sink.finish(info)
    expect((await stat(file)).mode & 0o777).toBe(mode)
    await expectBytes(content.bytes)
  },
)

test('tells how much of what is here was compared, and ends that where it is told to', async () => {
  const content = version(small)
  await writeFile(file, content.bytes)
  const told: number[] = []
  const sink = fileSink(file, 'entry')
  expect(await sink.has(content.chunks, bytes => told.push(bytes))).toEqual(new Set(content.chunks.keys()))
  const ends = content.chunks.map((_, i) =>
    content.chunks.slice(0, i + 1).reduce((sum, { size }) => sum + size, 0),
  )
  expect(told).toEqual(ends)
  const compared = () => {
    throw new Error('enough')
  }
  await expect(sink.has(content.chunks, compared)).rejects.toThrow('enough')
  await sink.stop(true)
  await expectBytes(content.bytes)
})

test('a file that came to be there meanwhile stays, unless it was to be overwritten', async () => {
  const content = version(small)
  for (const overwrite of [false, true]) {
    const sink = fileSink(file, 'entry', { overwrite })
    await sink.has(content.chunks)
    await write(sink, content)
    await writeFile(file, 'mine')
    if (overwrite) await sink.finish(info)
    else await expect(sink.finish(info)).rejects.toMatchObject({ reason: 'name_taken' })
    await expectBytes(overwrite ? content.bytes : Buffer.from('mine'))
    await sink.stop(true)
    expect(await readdir(dirname(file))).toEqual([basename(file)])
    await rm(file)
  }
})

test('what killed commands left of small files goes, and nothing else does', async () => {
  const nobody = 4_194_305
  const own = ownPartName(file, 'entry')
  const left = own.replace(`.${process.pid}-`, `.${nobody}-`)
  const folder = `${left.slice(0, -'12345678.wherry-new'.length)}12345678.wherry-new`
  const named = join(directory, 'a.0123abcd')
  const others = [own, partName(file, 'entry'), partName(named, 'entry'), named]
  await mkdir(folder)
  for (const path of [left, ...others]) await writeFile(path, 'x')
  await removeLeft(directory)
  // It might be another machine's.
  expect(await readdir(directory)).toContain(basename(left))
  const expected = [folder, ...others].map(path => basename(path)).sort()
  await expect
    .poll(async () => {
      await removeLeft(directory)
      return (await readdir(directory)).sort()
    })
    .toEqual(expected)
  await expect(removeLeft(join(directory, 'nowhere'))).resolves.toBeUndefined()
})

test('a small file that could not get its name leaves nothing', async () => {
  const content = version(small)
  for (const overwrite of [false, true]) {
    const place = join(directory, 'a folder')
    const sink = fileSink(place, 'entry', { overwrite })
    await sink.has(content.chunks)
    await write(sink, content)
    await mkdir(place)
    await expect(sink.finish(info)).rejects.toThrow()
    await sink.stop(true)
    expect(await readdir(directory)).toEqual(['a folder'])
    await rm(place, { recursive: true })
  }
})

test('a name that an empty file has for a moment is waited for', async () => {
  const content = version(small)
  await writeFile(file, '')
  const sink = fileSink(file, 'entry')
  const asked = sink.has(content.chunks)
  await writeFile(file, content.bytes)
  expect((await asked).size).toBe(content.chunks.length)
  await sink.finish(info)
  await writeFile(file, '')
  await expect(fileSink(file, 'entry').has(content.chunks)).rejects.toMatchObject({ reason: 'name_taken' })
})

test('a small file is for nobody else to read where the one that it replaces was not', async () => {
  const content = version(small)
  for (const mode of [0o600, 0o640, 0o400]) {
    await rm(file, { force: true })
    await writeFile(file, 'before')
    await chmod(file, mode)
    const sink = fileSink(file, 'entry', { overwrite: true })
    await sink.has(content.chunks)
    await write(sink, content)
    await sink.finish(info)
    expect((await stat(file)).mode & 0o777).toBe(mode)
    await expectBytes(content.bytes)
  }
})

test('a large part of an earlier version goes when a small one comes', async () => {
  const content = version(small)
  await writeFile(partName(file, 'entry'), version(large).bytes)
  const sink = fileSink(file, 'entry')
  await sink.has(content.chunks)
  await write(sink, content)
  await sink.finish(info)
  expect(await readdir(directory)).toEqual(['a'])
})
