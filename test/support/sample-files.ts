import { crc32, deflateSync } from 'node:zlib'

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8 + body.length)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), 4 + body.length)
  return frame
}

/** A PNG of one colour. */
export const pngOf = (width: number, height: number, [r, g, b]: [number, number, number]): Buffer => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const line = Buffer.concat([Buffer.of(0), Buffer.alloc(width * 3, Buffer.of(r, g, b))])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)))
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A PDF of one empty page. */
export const pdfOf = (): Buffer => {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>',
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, i) => {
    const place = text.length
    text += `${i + 1} 0 obj${object}endobj\n`
    return place
  })
  const table = places.map(place => `${String(place).padStart(10, '0')} 00000 n \n`).join('')
  const head = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`
  return Buffer.from(`${text}${head}trailer<</Size 4/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`)
}

/** A sound of silence, of so many seconds. */
export const wavOf = (seconds: number): Buffer => {
  const rate = 8000
  const data = Buffer.alloc(seconds * rate, 128)
  const head = Buffer.from('RIFF\0\0\0\0WAVEfmt ')
  head.writeUInt32LE(36 + data.length, 4)
  const format = Buffer.alloc(20)
  format.writeUInt32LE(16, 0)
  format.writeUInt16LE(1, 4)
  format.writeUInt16LE(1, 6)
  format.writeUInt32LE(rate, 8)
  format.writeUInt32LE(rate, 12)
  format.writeUInt16LE(1, 16)
  format.writeUInt16LE(8, 18)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(data.length)
  return Buffer.concat([head, format, Buffer.from('data'), size, data])
}
