import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { chunkBytes } from '../../../client/core/peer/api.ts'
import { keepFile, type SyncFile } from '../../../client/web/peer/kept-file.ts'

/** A file of the browser's private file system, in memory: what was flushed, and what a power cut would take away. */
const memoryFile = (content: Uint8Array = new Uint8Array(0)) => {
  let bytes = content
  let durable = content
  let room = Number.POSITIVE_INFINITY
  const grow = (size: number) => {
    if (size <= bytes.length) return
    const larger = new Uint8Array(size)
    larger.set(bytes)
    bytes = larger
  }
  const file: SyncFile = {
    read(into, { at }) {
      const part = bytes.subarray(at, at + into.length)
      into.set(part)
      return part.length
    },
    write(more, { at }) {
      const fits = more.subarray(0, Math.max(0, Math.min(more.length, room)))
      room -= fits.length
      grow(at + fits.length)
      bytes.set(fits, at)
      return fits.length
    },
    truncate(size) {
      grow(size)
      bytes = bytes.slice(0, size)
    },
    getSize: () => bytes.length,
    flush() {
      durable = bytes.slice()
    },
    close() {},
  }
  return {
    file,
    get durable() {
      return durable
    },
    fill: (left: number) => {
      room = left
    },
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const chunk = (value: number, length = chunkBytes) => new Uint8Array(length).fill(value)
const header = { size: 2 * chunkBytes + 3, modifiedAt: 1_700_000_000_123.5 }

test('a chunk whose write resolved is there and noted after a power cut', async () => {
  const [data, journal] = [memoryFile(), memoryFile()]
  const kept = keepFile(data.file, journal.file, header)
  await Promise.all([
    kept.write(2, chunk(3, 3), sha256(chunk(3, 3))),
    kept.write(0, chunk(1), sha256(chunk(1))),
  ])
  const again = keepFile(memoryFile(data.durable).file, memoryFile(journal.durable).file, header)
  expect([...again.restored]).toEqual([
    [2, sha256(chunk(3, 3))],
    [0, sha256(chunk(1))],
  ])
  expect(sha256(data.durable.subarray(0, chunkBytes))).toBe(sha256(chunk(1)))
})

test('a journal that was cut short, or is of another file, tells of nothing that is not there', async () => {
  const [data, journal] = [memoryFile(), memoryFile()]
  const kept = keepFile(data.file, journal.file, header)
  await kept.write(0, chunk(1), sha256(chunk(1)))
  await kept.write(1, chunk(2), sha256(chunk(2)))
  const cut = journal.durable.slice(0, -1)
  const restored = (bytes: Uint8Array, of = header) => [
    ...keepFile(memoryFile(data.durable.slice()).file, memoryFile(bytes.slice()).file, of).restored.keys(),
  ]
  expect(restored(cut)).toEqual([0])
  expect(restored(journal.durable, { ...header, modifiedAt: 1 })).toEqual([])
  expect(restored(journal.durable.slice(0, 7))).toEqual([])
})

test('after a journal that was cut short, what is noted next is found again', async () => {
  const [data, journal] = [memoryFile(), memoryFile()]
  const first = keepFile(data.file, journal.file, header)
  await first.write(0, chunk(1), sha256(chunk(1)))
  await first.write(1, chunk(2), sha256(chunk(2)))
  const torn = memoryFile(journal.durable.slice(0, -5))
  const second = keepFile(data.file, torn.file, header)
  await second.write(2, chunk(3, 3), sha256(chunk(3, 3)))
  const third = keepFile(data.file, memoryFile(torn.durable).file, header)
  expect([...third.restored.keys()]).toEqual([0, 2])
})

test('a write that finds the disk full fails, and nothing is noted', async () => {
  const [data, journal] = [memoryFile(), memoryFile()]
  const kept = keepFile(data.file, journal.file, header)
  data.fill(chunkBytes / 2)
  await expect(kept.write(0, chunk(1), sha256(chunk(1)))).rejects.toThrow('full')
  kept.close()
  expect(keepFile(data.file, journal.file, header).restored.size).toBe(0)
})

test('the CRC-32 is that of the whole file, in whatever order and how many runs it came', async () => {
  const parts = [chunk(1), chunk(2), chunk(3, 3)]
  const whole = crc32(Buffer.concat(parts))
  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
  ]
  for (const order of orders)
    for (const inFirstRun of [0, 1, 3]) {
      const [data, journal] = [memoryFile(), memoryFile()]
      const write = async (of: readonly number[]) => {
        const kept = keepFile(data.file, journal.file, header)
        const writing = of.map(index => kept.write(index, parts[index] ?? chunk(0), sha256(chunk(index))))
        const crc = of.length + inFirstRun >= order.length ? kept.finish() : null
        kept.close()
        await Promise.all(writing)
        return crc
      }
      await write(order.slice(0, inFirstRun))
      expect(await write(order.slice(inFirstRun))).toBe(whole)
    }
})

test('a file that no zip is made of is not read for its CRC-32', async () => {
  const [data, journal] = [memoryFile(), memoryFile()]
  const kept = keepFile({ ...data.file, read: () => expect.unreachable() }, journal.file, header, false)
  for (const [index, length] of [chunkBytes, chunkBytes, 3].entries()) {
    const writing = kept.write(index, chunk(index, length), sha256(chunk(index)))
    if (index === 2) expect(kept.finish()).toBe(0)
    await writing
  }
})
