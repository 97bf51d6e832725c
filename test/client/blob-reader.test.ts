import { describe, expect, test } from 'vitest'
import { blobReader } from '../../client/web/uploads/blob-reader.ts'
import { someBytes } from './memory-source.ts'

const size = 5_000_000
const bytes = someBytes(size)

/** A Blob that counts how often it is opened as a stream, and how often a stream is given up. */
const countedBlob = () => {
  const counts = { opened: 0, cancelled: 0 }
  const counted = (blob: Blob): Blob =>
    Object.assign(blob, {
      slice: (start?: number, end?: number) => counted(Blob.prototype.slice.call(blob, start, end)),
      stream() {
        counts.opened++
        const stream = Blob.prototype.stream.call(blob)
        const { getReader } = stream
        stream.getReader = ((options: ReadableStreamGetReaderOptions) => {
          const reader = getReader.call(stream, options)
          const { cancel } = reader
          reader.cancel = reason => {
            counts.cancelled++
            return cancel.call(reader, reason)
          }
          return reader
        }) as typeof getReader
        return stream
      },
    })
  return { blob: counted(new Blob([bytes])), counts }
}

const expectSame = (read: Uint8Array, start: number, length: number) =>
  expect(Buffer.compare(read, bytes.subarray(start, start + length))).toBe(0)

describe('reading a Blob', () => {
  test('reads that follow on each other come from one stream, into memory that stays whole', async () => {
    const { blob, counts } = countedBlob()
    const reader = blobReader(blob)
    const into = new Uint8Array(2_000_000)
    for (let start = 0; start < size; start += 1_999_999) {
      const length = Math.min(1_999_999, size - start)
      const read = await reader.read(start, length, into)
      expect(read.buffer).toBe(into.buffer)
      expectSame(read, start, length)
    }
    expect(counts).toEqual({ opened: 1, cancelled: 1 })
  })

  test('reads at other places, and at the same time, are right too', async () => {
    const { blob, counts } = countedBlob()
    const reader = blobReader(blob)
    const places = [0, 3_000_000, 1_000_000, 100, 2_000_000]
    const all = await Promise.all(places.map(start => reader.read(start, 700_000)))
    for (const [i, start] of places.entries()) expectSame(all[i] ?? new Uint8Array(0), start, 700_000)
    expect(counts.opened).toBe(1)
    expectSame(await reader.read(2_700_000, 300_000), 2_700_000, 300_000)
    expectSame(await reader.read(3_000_000, 300_000), 3_000_000, 300_000)
    expect(counts).toEqual({ opened: 2, cancelled: 1 })
    reader.close()
    expect(counts.cancelled).toBe(2)
  })

  test('closing lets a read that runs end, and a later one goes on', async () => {
    const { blob, counts } = countedBlob()
    const reader = blobReader(blob)
    const running = reader.read(0, 3_000_000)
    reader.close()
    expectSame(await running, 0, 3_000_000)
    expect(counts).toEqual({ opened: 1, cancelled: 1 })
    expectSame(await reader.read(3_000_000, 1_000_000), 3_000_000, 1_000_000)
    expect(counts).toEqual({ opened: 2, cancelled: 1 })
    reader.close()
  })

  test('without streams of bytes it reads the same', async () => {
    const blob = new Blob([bytes])
    const slice = blob.slice.bind(blob)
    blob.slice = (...place) => {
      const part = slice(...place)
      part.stream = () => new ReadableStream()
      return part
    }
    const reader = blobReader(blob)
    expectSame(await reader.read(0, 1_000_000, new Uint8Array(1_000_000)), 0, 1_000_000)
    expectSame(await reader.read(1_000_000, 10), 1_000_000, 10)
  })

  test('a stream that ends early is an error, not fewer bytes', async () => {
    const blob = new Blob([bytes])
    const slice = blob.slice.bind(blob)
    blob.slice = start => slice(start, 600_000)
    await expect(blobReader(blob).read(0, 700_000)).rejects.toThrow('shorter')
  })
})
