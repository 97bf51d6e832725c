import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fileTypeFromBuffer } from 'file-type'
import { expect, test } from 'vitest'
import { contentType } from '../../server/content-type.ts'
import { mayHaveSignature } from '../../server/signatures.ts'

const bytes = (text: string, place = 0): Uint8Array => {
  const head = new Uint8Array(randomBytes(600)).fill(0x99, 0, 300)
  head.set(Buffer.from(text, 'latin1'), place)
  return head
}

test.each([
  ['image/png', bytes('\x89PNG\r\n\x1a\n\0\0\0\rIDAT')],
  ['image/jpeg', bytes('\xff\xd8\xff\xe0')],
  ['video/quicktime', bytes('moov', 4)],
  ['video/mp4', bytes('\0\0\0\x20ftypisom')],
  ['application/dicom', bytes('DICM', 128)],
  ['application/x-mobipocket-ebook', bytes('BOOKMOBI', 60)],
  ['application/vnd.iccprofile', bytes('acsp', 36)],
  ['application/x-tar', bytes('ustar\0', 257)],
])('%s is told by its bytes', async (type, head) => {
  expect(await contentType('photo', head)).toBe(type)
})

test('bytes without a signature have the type of their name', async () => {
  expect(await contentType('notes.docx', bytes('\x99'))).toMatch(/wordprocessingml/)
  expect(await contentType('page.html', bytes('\x99'))).toBe('application/octet-stream')
})

/** The signatures in the source of file-type that are looked for at the start of a file. */
const signatures = async (): Promise<Uint8Array[]> => {
  const source = await readFile(fileURLToPath(import.meta.resolve('file-type')), 'utf8')
  const numbers = [...source.matchAll(/this\.check\(\[([^\]]+)\]\)/g)].map(([, list = '']) =>
    Uint8Array.from(list.split(','), Number),
  )
  const strings = [...source.matchAll(/this\.checkString\('([^']+)'\)/g)].map(([, text = '']) =>
    Buffer.from(JSON.parse(`"${text.replaceAll('\\x', '\\u00').replaceAll('\\0', '\\u0000')}"`), 'latin1'),
  )
  return [...numbers, ...strings]
}

test('every signature that file-type looks for at the start is given to it', async () => {
  const all = await signatures()
  expect(all.length).toBeGreaterThan(100)
  // Of a transport stream each packet begins with its one byte.
  for (const signature of all.filter(({ length }) => length > 1)) {
    const head = bytes('')
    head.set(signature)
    expect(mayHaveSignature(head), `${Buffer.from(signature)}`).toBe(true)
  }
})

test.each([
  [0, 188],
  [4, 196],
])('packets of a transport stream that begin at %d and %d are told by their bytes', async (...places) => {
  const head = bytes('')
  for (const place of places) head[place] = 0x47
  expect(await contentType('film', head)).toBe('video/mp2t')
})

test('every start of two bytes that file-type knows is given to it', async () => {
  for (let start = 0; start < 0x10000; start++) {
    const head = bytes(String.fromCharCode(start >> 8, start & 255))
    if (!mayHaveSignature(head)) expect(await fileTypeFromBuffer(head), `start ${start}`).toBeUndefined()
  }
})

test('few files without a signature are given to file-type', () => {
  const heads = Array.from({ length: 2000 }, () => new Uint8Array(randomBytes(600)))
  expect(heads.filter(mayHaveSignature).length).toBeLessThan(40)
})

test('text in shared memory is read as it is', async () => {
  const text = new TextEncoder().encode('just a text, ümläuts and all')
  const shared = new Uint8Array(new SharedArrayBuffer(text.length))
  shared.set(text)
  expect(await contentType('readme', shared)).toBe('text/plain')
  expect(await contentType('style.css', shared)).toBe('text/css')
})
