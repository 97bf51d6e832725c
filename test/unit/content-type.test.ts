import { randomBytes } from 'node:crypto'
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

test('every start of two bytes that file-type knows is given to it', async () => {
  for (let start = 0; start < 0x10000; start += 7) {
    const head = bytes(String.fromCharCode(start >> 8, start & 255))
    if (!mayHaveSignature(head)) expect(await fileTypeFromBuffer(head), `start ${start}`).toBeUndefined()
  }
})

test('text in shared memory is read as it is', async () => {
  const text = new TextEncoder().encode('just a text, ümläuts and all')
  const shared = new Uint8Array(new SharedArrayBuffer(text.length))
  shared.set(text)
  expect(await contentType('readme', shared)).toBe('text/plain')
  expect(await contentType('style.css', shared)).toBe('text/css')
})
