import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { crc32 } from '../../../client/web/peer/crc32.ts'
import { safeName, zipName } from '../../../client/web/peer/safe-names.ts'
import { zipBlob } from '../../../client/web/peer/zip-blob.ts'

const run = promisify(execFile)
const bytesOf = (text: string) => new TextEncoder().encode(text)

test('the checksum is that of zip, for any length and in pieces', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) >>> 3)
  for (const length of [0, 1, 7, 8, 9, 63, 1000]) {
    const part = bytes.subarray(0, length)
    expect(crc32(part)).toBe(zlibCrc32(part))
  }
  expect(crc32(bytes.subarray(333), crc32(bytes.subarray(0, 333)))).toBe(zlibCrc32(bytes))
  expect(crc32(bytes.subarray(3, 40))).toBe(zlibCrc32(bytes.subarray(3, 40)))
})

test('others read the archive: names, contents, empty folders', async () => {
  const contents: Record<string, string> = {
    'Holiday/a.txt': 'one',
    'Holiday/Ωmega/🛶 “x”.txt': 'two',
    'Holiday/empty.bin': '',
  }
  const parts = Object.entries(contents).map(([path, text]) => ({
    ...{ path, content: new Blob([text]), crc: crc32(bytesOf(text)) },
    ...{ modifiedAt: Date.UTC(2026, 4, 17, 12, 30), isFolder: false },
  }))
  const folder = { path: 'Holiday/nothing', content: new Blob([]), crc: 0, modifiedAt: 0, isFolder: true }
  const directory = await mkdtemp(join(tmpdir(), 'wherry-zip-'))
  const zip = join(directory, 'out.zip')
  await writeFile(zip, Buffer.from(await zipBlob([folder, ...parts]).arrayBuffer()))
  const read = `
import sys, zipfile, json
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({i.filename: None if i.is_dir() else z.read(i).decode() for i in z.infolist()}))`
  const { stdout } = await run('python3', ['-c', read, zip])
  await rm(directory, { recursive: true })
  expect(JSON.parse(stdout)).toEqual({ 'Holiday/nothing/': null, ...contents })
})

test('no name leads out of a folder or is refused by a device', () => {
  const names = ['..', '.', '', 'a/b', 'a\\b', 'CON:', '"quoted".txt', 'dot.', 'space ', 'line\nbreak']
  for (const name of names) {
    expect(safeName(name)).toMatch(/^[^\\/:*?"<>|\p{Cc}]+$/u)
    expect(safeName(name)).not.toMatch(/[. ]$/)
    expect(zipName(name)).not.toMatch(/^\.{0,2}$|\//)
  }
  for (const name of ['plain.txt', '.hidden', 'emoji 👩‍👩‍👧‍👦.txt', ' a  b .txt'])
    expect(safeName(name)).toBe(name)
})
