import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { chunkBytes, type PeerFile, type PeerOffer, type PeerSink } from '../../client/core/peer/api.ts'
import { peerFileSource } from '../../client/node/peer/file-source.ts'
import { groupSync } from '../../client/node/peer/group-sync.ts'
import { partSink } from '../../client/node/peer/part-sink.ts'
import { type PartStore, partStore } from '../../client/node/peer/part-store.ts'
import { openReceiptJournal } from '../../client/node/peer/receipt-journal.ts'
import { readSendTree } from '../../client/node/peer/send-tree.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const modifiedAt = Date.UTC(2020, 1, 29, 12, 30, 15, 678)
const transfer = 'AAAAAAAAAAAAAAAAAAAAAA'

const fileOf = (path: string[], size: number): PeerFile => ({ path, kind: 'file', size, modifiedAt })
const offerOf = (...files: PeerFile[]): PeerOffer => ({ transfer, from: 'Ada', files, text: null })

let home: string
let target: string
let store: PartStore
const newStore = () => partStore(target, join(home, 'state'))
/** As after an interruption: what was open is closed, as the end of a process does. */
const restart = async () => {
  await store.close()
  store = newStore()
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-parts-'))
  target = join(home, 'target')
  await mkdir(target)
  store = newStore()
})
afterEach(async () => {
  await store.close()
  await rm(home, { recursive: true, force: true })
})

const chunksOf = (bytes: Buffer): Uint8Array<ArrayBuffer>[] =>
  Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
    Uint8Array.from(bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes)),
  )

const writeChunks = async (sink: PeerSink, bytes: Buffer, from = 0, to = Number.POSITIVE_INFINITY) => {
  const chunks = chunksOf(bytes)
  await Promise.all(
    chunks.map((chunk, i) => (i >= from && i < to ? sink.write(i, chunk, sha256(chunk)) : null)).reverse(),
  )
}

const receive = async (file: PeerFile, bytes: Buffer): Promise<void> => {
  const sink = await store.open(transfer, file)
  await writeChunks(sink, bytes)
  await sink.finish()
}

test('a file is called .part until it is whole, then has its name, bytes and date', async () => {
  const bytes = randomBytes(3 * chunkBytes + 17)
  const file = fileOf(['big.bin'], bytes.length)
  await store.reserve(offerOf(file))
  const sink = await store.open(transfer, file)
  await writeChunks(sink, bytes)
  expect(await readdir(target)).toEqual(['big.bin.part'])
  await sink.finish()
  expect(await readdir(target)).toEqual(['big.bin'])
  expect(sha256(await readFile(join(target, 'big.bin')))).toBe(sha256(bytes))
  expect(Math.round((await stat(join(target, 'big.bin'))).mtimeMs)).toBe(modifiedAt)
})

test('a later run finds the durable chunks of the part, whichever they were', async () => {
  const bytes = randomBytes(5 * chunkBytes)
  const file = fileOf(['big.bin'], bytes.length)
  const first = await store.open(transfer, file)
  await writeChunks(first, bytes, 1, 3)
  await first.stop(true)
  await restart()
  const sink = await store.open(transfer, file)
  const hashes = chunksOf(bytes).map(sha256)
  expect([...sink.restored].sort()).toEqual([
    [1, hashes[1]],
    [2, hashes[2]],
  ])
  await writeChunks(sink, bytes, 0, 1)
  await writeChunks(sink, bytes, 3)
  await sink.finish()
  expect(sha256(await readFile(join(target, 'big.bin')))).toBe(sha256(bytes))
  expect(await readdir(target)).toEqual(['big.bin'])
})

/** A file whose syncs end when and as `end` says, and a journal. */
const syncedBy = async (end: () => Promise<void>) => {
  const file = await open(join(home, 'some.part'), 'w')
  const path = join(home, 'some.journal')
  const journal = await openReceiptJournal(path)
  onTestFinished(async () => {
    await file.close()
    await journal.close()
  })
  const handle = Object.create(file, { datasync: { value: end } }) as typeof file
  const sync = groupSync(journal)
  return {
    write: (chunk: number) => sync({ handle, folder: null, line: { file: 0, chunks: [[chunk, 'hash']] } }),
    noted: async () =>
      (await readFile(path, 'utf8'))
        .split('\n')
        .flatMap(line => (line ? [JSON.parse(line).chunks[0][0]] : [])),
  }
}

test('a chunk is noted after its bytes were synced, one sync for all that came meanwhile', async () => {
  const syncs: PromiseWithResolvers<void>[] = []
  const { write, noted } = await syncedBy(() => {
    const sync = Promise.withResolvers<void>()
    syncs.push(sync)
    return sync.promise
  })
  const writes = [0, 1, 2].map(write)
  await expect.poll(() => syncs.length).toBe(1)
  expect(await noted()).toEqual([])
  syncs[0]?.resolve()
  await writes[0]
  expect(await noted()).toEqual([0])
  await expect.poll(() => syncs.length).toBe(2)
  syncs[1]?.resolve()
  await Promise.all(writes)
  expect(await noted()).toEqual([0, 1, 2])
})

test('after a sync that failed no chunk of the file is noted, though the next sync would succeed', async () => {
  let syncs = 0
  const { write, noted } = await syncedBy(async () => {
    if (syncs++ === 0) throw Object.assign(new Error('EIO'), { code: 'EIO' })
  })
  await expect(write(0)).rejects.toThrow('EIO')
  await expect(write(1)).rejects.toThrow('EIO')
  expect(await noted()).toEqual([])
})

test('with the first chunk of a part its name is made durable, with its own name the part goes last', async () => {
  const synced: [folder: string | null, there: string[]][] = []
  const handle = await open(join(target, 'a.part'), 'w')
  const sink = partSink({
    file: fileOf(['a'], 2),
    kept: null,
    begin: async () => ({ name: 'a.part', handle, folder: target, relative: '', number: 0 }),
    restored: new Map(),
    sync: async ({ folder }) => {
      synced.push([folder, (await readdir(target)).sort()])
    },
    saved: () => {},
  })
  for (let i = 0; i < 2; i++) await sink.write(0, new Uint8Array(2), '')
  await sink.finish()
  expect(synced).toEqual([
    [target, ['a.part']],
    [null, ['a.part']],
    [target, ['a', 'a.part']],
  ])
  expect(await readdir(target)).toEqual(['a'])
})

test('a part that was replaced, or a journal that was torn, only means that more is received', async () => {
  const bytes = randomBytes(2 * chunkBytes)
  const file = fileOf(['big.bin'], bytes.length)
  const first = await store.open(transfer, file)
  await writeChunks(first, bytes)
  await first.stop(true)
  await store.close()
  const [journal = ''] = await readdir(join(home, 'state'))
  const path = join(home, 'state', journal)
  await truncate(path, (await stat(path)).size - 5)
  store = newStore()
  const second = await store.open(transfer, file)
  expect(second.restored.size).toBeLessThan(2)
  await writeChunks(second, bytes)
  await second.stop(true)
  await rm(join(target, 'big.bin.part'))
  await writeFile(join(target, 'big.bin.part'), Buffer.alloc(bytes.length))
  await restart()
  const third = await store.open(transfer, file)
  expect(third.restored.size).toBe(0)
  await writeChunks(third, bytes)
  await third.finish()
  expect(sha256(await readFile(join(target, 'big.bin')))).toBe(sha256(bytes))
  expect(await readFile(join(target, 'big.bin.part'))).toEqual(Buffer.alloc(bytes.length))
})

test('a file that an earlier run finished is not received twice', async () => {
  const bytes = randomBytes(chunkBytes + 1)
  const file = fileOf(['folder', 'done.bin'], bytes.length)
  await receive(file, bytes)
  await restart()
  const again = await store.open(transfer, file)
  expect(again.restored.size).toBe(2)
  await again.finish()
  expect(await readdir(join(target, 'folder'))).toEqual(['done.bin'])
  await store.done()
  expect(await readdir(join(home, 'state'))).toEqual([])
})

test('a file that an earlier run finished, and that is another one now or gone, is received again', async () => {
  const bytes = randomBytes(chunkBytes + 1)
  const names = ['gone.bin', 'other.bin']
  const files = names.map(name => fileOf([name], bytes.length))
  for (const file of files) await receive(file, bytes)
  await restart()
  await rm(join(target, 'gone.bin'))
  await rm(join(target, 'other.bin'))
  await writeFile(join(target, 'other.bin'), 'mine')
  for (const file of files) {
    expect((await store.open(transfer, file)).restored.size).toBe(0)
    await receive(file, bytes)
  }
  expect((await readdir(target)).sort()).toEqual(['gone.bin', 'other (2).bin', 'other.bin'])
  expect(await readFile(join(target, 'other.bin'), 'utf8')).toBe('mine')
})

test('nothing that is there is written to: files and folders get a number', async () => {
  await writeFile(join(target, 'note.txt'), 'mine')
  await writeFile(join(target, 'x.part'), 'mine too')
  await mkdir(join(target, 'photos'))
  await receive(fileOf(['note.txt'], 5), Buffer.from('hello'))
  await receive(fileOf(['x'], 1), Buffer.from('x'))
  await receive(fileOf(['photos', 'a', '1.jpg'], 3), Buffer.from('jpg'))
  await receive(fileOf(['photos', 'a', '2.jpg'], 3), Buffer.from('jpg'))
  expect(await readFile(join(target, 'note.txt'), 'utf8')).toBe('mine')
  expect(await readFile(join(target, 'note (2).txt'), 'utf8')).toBe('hello')
  expect(await readFile(join(target, 'x.part'), 'utf8')).toBe('mine too')
  expect(await readFile(join(target, 'x'), 'utf8')).toBe('x')
  expect(await readdir(join(target, 'photos'))).toEqual([])
  expect(await readdir(join(target, 'photos (2)', 'a'))).toEqual(['1.jpg', '2.jpg'])
})

test('an interrupted folder goes on in its own folder, although that has a number', async () => {
  await mkdir(join(target, 'photos'))
  await receive(fileOf(['photos', '1.jpg'], 3), Buffer.from('jpg'))
  await restart()
  await receive(fileOf(['photos', '2.jpg'], 3), Buffer.from('jpg'))
  expect((await readdir(target)).sort()).toEqual(['photos', 'photos (2)'])
  expect(await readdir(join(target, 'photos (2)'))).toEqual(['1.jpg', '2.jpg'])
})

test('empty files and empty folders arrive', async () => {
  await receive(fileOf(['nothing'], 0), Buffer.alloc(0))
  const folder = await store.open(transfer, { path: ['a', 'b'], kind: 'folder', size: 0, modifiedAt })
  await folder.finish()
  expect((await stat(join(target, 'nothing'))).size).toBe(0)
  expect((await stat(join(target, 'a/b'))).isDirectory()).toBe(true)
})

test.for([
  ['a name of the parent folder', ['..', 'x']],
  ['a path in a name', ['../../x']],
  ['an absolute path', ['/etc/x']],
  ['a dot', ['.']],
  ['no name', []],
  ['an empty name', ['a', '']],
  ['a zero byte', ['a\0b']],
  ['a line feed', ['a\nb']],
] as [string, string[]][])('%s is refused before anything is made', async ([, path]) => {
  await expect(store.reserve(offerOf(fileOf(path, 1)))).rejects.toMatchObject({ reason: 'conflict' })
  await expect(store.open(transfer, fileOf(path, 1))).rejects.toMatchObject({ reason: 'conflict' })
  expect(await readdir(home)).toEqual(expect.not.arrayContaining(['x']))
  expect(await readdir(target)).toEqual([])
})

test('no part has the name of another file or folder of the same send', async () => {
  const paths = [['x'], ['x.part'], ['x (2).part'], ['in', 'Y'], ['in', 'y.PART'], ['z'], ['z.part', 'inner']]
  const files = paths.map(path => fileOf(path, chunkBytes + 5))
  const bytes = randomBytes(chunkBytes + 5)
  await store.reserve(offerOf(...files))
  const sinks: PeerSink[] = []
  for (const file of files) sinks.push(await store.open(transfer, file))
  for (const sink of sinks) {
    await writeChunks(sink, bytes, 0, 1)
    await sink.stop(true)
  }
  await restart()
  await store.reserve(offerOf(...files))
  const again: PeerSink[] = []
  for (const file of files) again.push(await store.open(transfer, file))
  for (const sink of again) expect([...sink.restored.keys()]).toEqual([0])
  for (const sink of again.reverse()) {
    await writeChunks(sink, bytes, 1)
    await sink.finish()
  }
  const arrived = (await readdir(target, { recursive: true })).sort()
  expect(arrived).toEqual(['in', 'z.part', ...paths.map(path => path.join('/'))].sort())
})

test('a symbolic link is not followed, be it for a folder, a file or a part', async () => {
  const outside = join(home, 'outside')
  await mkdir(outside)
  await symlink(outside, join(target, 'top'))
  await symlink(join(outside, 'file'), join(target, 'file'))
  await symlink(join(outside, 'part'), join(target, 'other.part'))
  await receive(fileOf(['top', 'in.txt'], 2), Buffer.from('in'))
  await symlink(outside, join(target, 'top (2)', 'sub'))
  await receive(fileOf(['top', 'sub', 'in.txt'], 2), Buffer.from('in'))
  await receive(fileOf(['file'], 2), Buffer.from('in'))
  await receive(fileOf(['other'], 2), Buffer.from('in'))
  expect(await readdir(outside)).toEqual([])
  expect(await readFile(join(target, 'top (2)', 'sub (2)', 'in.txt'), 'utf8')).toBe('in')
  expect(await readFile(join(target, 'file (2)'), 'utf8')).toBe('in')
})

test('names as long as they may be, and such as only terminals and shells mind, arrive as they are', async () => {
  const names = [
    `${'é'.repeat(127)}x`,
    '-rf',
    '$(id)',
    'it\'s "quoted"',
    'a\\b',
    'CON',
    ' lead and trail. ',
    '👩‍👩‍👧.txt',
    '%2e%2e',
  ]
  for (const name of names) await receive(fileOf(['all', name], 1), Buffer.from('x'))
  expect((await readdir(join(target, 'all'))).sort()).toEqual([...names].sort())
})

test('what is thrown away leaves neither part nor journal, and no whole file is touched', async () => {
  await receive(fileOf(['done.txt'], 4), Buffer.from('done'))
  const bytes = randomBytes(2 * chunkBytes)
  const half = await store.open(transfer, fileOf(['half.bin'], bytes.length))
  await writeChunks(half, bytes, 0, 1)
  await half.stop(true)
  await restart()
  await store.reserve(offerOf(fileOf(['half.bin'], bytes.length)))
  await store.discard()
  expect(await readdir(target)).toEqual(['done.txt'])
  expect(await readdir(join(home, 'state'))).toEqual([])
})

test('what ends before its first byte leaves nothing', async () => {
  const file = fileOf(['sub', 'a.bin'], 3)
  await store.reserve(offerOf(file))
  const sink = await store.open(transfer, file)
  expect(await readdir(target)).toEqual([])
  await sink.stop(true)
  await store.close()
  expect(await readdir(target)).toEqual([])
  expect(await readdir(join(home, 'state'))).toEqual([])
})

/** Receives a part of a file. */
const write = async (of: string) => {
  const sink = await store.open(of, fileOf(['a.bin'], chunkBytes + 1))
  await writeChunks(sink, randomBytes(chunkBytes + 1), 0, 1)
  await sink.stop(true)
}
const ago = (days: number) => Date.now() / 1000 - days * 24 * 60 * 60

test('what nobody continued for a week is removed by the next receipt, journal and part', async () => {
  const begun = async (of: string) => {
    await write(of)
    await restart()
  }
  await begun('BBBBBBBBBBBBBBBBBBBBBA')
  const [old = ''] = await readdir(join(home, 'state'))
  await begun('CCCCCCCCCCCCCCCCCCCCCA')
  const young = (await readdir(join(home, 'state'))).find(name => name !== old) ?? ''
  expect((await readdir(target)).sort()).toEqual(['a.bin (2).part', 'a.bin.part'])
  // Not one of ours, wherever it is.
  await writeFile(join(target, 'b.bin.part'), 'mine')
  await utimes(join(home, 'state', old), ago(7.1), ago(7.1))
  await utimes(join(home, 'state', young), ago(6.9), ago(6.9))
  const elsewhere = partStore(home, join(home, 'state'))
  await elsewhere.reserve({ ...offerOf(), transfer })
  await elsewhere.close()
  expect(await readdir(join(home, 'state'))).toEqual([young])
  expect((await readdir(target)).sort()).toEqual(['a.bin (2).part', 'b.bin.part'])
})

test('what another command still waits to continue is not removed, however long that takes', async () => {
  await write('BBBBBBBBBBBBBBBBBBBBBA')
  const journal = (await readdir(join(home, 'state'))).find(name => name.endsWith('.journal')) ?? ''
  await utimes(join(home, 'state', journal), ago(8), ago(8))
  const elsewhere = partStore(home, join(home, 'state'))
  await elsewhere.reserve({ ...offerOf(), transfer })
  await elsewhere.close()
  expect(await readdir(join(home, 'state'))).toContain(journal)
  expect(await readdir(target)).toEqual(['a.bin.part'])
})

test('a full disk is said in words, before and while it fills up; it goes on when there is room', async context => {
  const disk = join(home, 'disk')
  await mkdir(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    return context.skip('mounting a small tmpfs needs root')
  }
  try {
    target = disk
    store = newStore()
    const bytes = randomBytes(12 * chunkBytes)
    const file = fileOf(['big.bin'], bytes.length)
    await expect(store.reserve(offerOf(fileOf(['big.bin'], 17 * chunkBytes)))).rejects.toMatchObject({
      reason: 'no_room',
    })
    await store.reserve(offerOf(file))
    const ballast = openSync(join(disk, 'ballast'), 'w')
    for (let i = 0; i < 8; i++) writeSync(ballast, new Uint8Array(chunkBytes))
    closeSync(ballast)
    const sink = await store.open(transfer, file)
    const results = await Promise.allSettled(
      chunksOf(bytes).map((chunk, i) => sink.write(i, chunk, sha256(chunk))),
    )
    const failures = results.filter(result => result.status === 'rejected')
    expect(failures.length).toBeGreaterThan(0)
    for (const { reason } of failures) expect(reason).toMatchObject({ reason: 'no_room' })
    await sink.stop(true)
    await store.close()
    await rm(join(disk, 'ballast'))
    store = newStore()
    await store.reserve(offerOf(file))
    const again = await store.open(transfer, file)
    expect(again.restored.size).toBe(results.length - failures.length)
    for (const [i, chunk] of chunksOf(bytes).entries())
      if (!again.restored.has(i)) await again.write(i, chunk, sha256(chunk))
    await again.finish()
    expect(sha256(await readFile(join(disk, 'big.bin')))).toBe(sha256(bytes))
    await store.close()
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})

test('a source notices that its file changed, grew, was replaced or is gone', async () => {
  const path = join(home, 'source.bin')
  for (const change of [
    () => writeFile(path, randomBytes(2 * chunkBytes)),
    () => writeFile(path, randomBytes(3 * chunkBytes)),
    async () => {
      await rm(path)
      await writeFile(path, randomBytes(2 * chunkBytes))
    },
    () => rm(path),
  ]) {
    await writeFile(path, randomBytes(2 * chunkBytes))
    const source = peerFileSource(path, ['source.bin'])
    expect(await source.read(5, 10)).toEqual(new Uint8Array((await readFile(path)).subarray(5, 15)))
    await source.read(0, 0)
    await change()
    await expect(source.read(0, 0)).rejects.toMatchObject({ reason: 'file_changed' })
    await source.close?.()
  }
})

test('a folder is sent with its empty folders and without its symbolic links', async () => {
  const tree = join(home, 'tree')
  await mkdir(join(tree, 'deep/er'), { recursive: true })
  await mkdir(join(tree, 'empty'))
  await writeFile(join(tree, 'deep/er/file'), 'x')
  await symlink('/etc/passwd', join(tree, 'link'))
  await mkdir(join(home, 'other'))
  await writeFile(join(home, 'other/note'), 'x')
  const { sources, skipped } = await readSendTree([tree, join(home, 'other/note')])
  expect(sources.map(source => [source.file.kind, ...source.file.path])).toEqual([
    ['file', 'tree', 'deep', 'er', 'file'],
    ['folder', 'tree', 'empty'],
    ['file', 'note'],
  ])
  expect(skipped).toMatchObject([{ why: 'it is a symbolic link' }])
})
