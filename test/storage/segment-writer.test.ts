import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ChunkPlace } from '../../storage/chunks/chunk-store.ts'
import type { Failure } from '../../storage/chunks/failures.ts'
import { recordLength, segmentFileName, segmentMaxBytes } from '../../storage/chunks/record.ts'
import { blockBytes, files as real, type SegmentFiles } from '../../storage/chunks/segment-files.ts'
import { segmentWriter } from '../../storage/chunks/segment-writer.ts'

const MiB = 1024 * 1024
const longest = recordLength(4 * MiB)

type Outcome = ChunkPlace | Failure

/** A writer over a directory of its own, on the real file system but for `faults`. */
const openWriter = (faults: Partial<SegmentFiles> = {}, onRoom = () => {}) => {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-segments-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const open = new Set<number>()
  const files: SegmentFiles = {
    ...real,
    ...faults,
    create(path) {
      const fd = real.create(path)
      open.add(fd)
      return fd
    },
    close(fd) {
      open.delete(fd)
      real.close(fd)
    },
  }
  const settle = new Map<number, (outcome: Outcome) => void>()
  let number = 0
  let ticket = 0
  const writer = segmentWriter({
    directory,
    files,
    nextNumber: () => ++number,
    onOpened: () => {},
    onDurable: records => {
      for (const { ticket, place } of records) settle.get(ticket)?.(place)
    },
    onFailed: (tickets, failure) => {
      for (const ticket of tickets) settle.get(ticket)?.(failure)
    },
    onRoom,
    crash: () => {},
  })
  /** Appends a record of that byte; resolves with what came of it. There has to be room. */
  const append = (length: number, byte = 0): Promise<Outcome> => {
    expect(writer.hasRoom(length)).toBe(true)
    writer.room(length).fill(byte)
    const outcome = new Promise<Outcome>(resolve => settle.set(++ticket, resolve))
    writer.push(ticket, length)
    return outcome
  }
  const bytesAt = ({ segment, offset, length }: ChunkPlace): Buffer =>
    readFileSync(join(directory, segmentFileName(segment))).subarray(offset, offset + length)
  return { writer, append, open, bytesAt }
}

/** Writes that wait, each until it is let go or fails. */
const heldWrites = () => {
  const held: { go: () => void; fail: (code: string) => void }[] = []
  let wake = () => {}
  const write: SegmentFiles['write'] = async (...args) => {
    await new Promise<void>((resolve, reject) => {
      held.push({ go: resolve, fail: code => reject(Object.assign(new Error(code), { code })) })
      wake()
    })
    return real.write(...args)
  }
  const next = async () => {
    while (held.length === 0) await new Promise<void>(resolve => (wake = resolve))
    const first = held.shift()
    if (!first) throw new Error('No write waits.')
    return first
  }
  return { write, next }
}

test('who fills the room that there is again hears of the next room too', async () => {
  const { write, next } = heldWrites()
  const third = Promise.withResolvers<Outcome>()
  const heardTwice = Promise.withResolvers<void>()
  let rooms = 0
  const { writer, append } = openWriter({ write }, () => {
    if (++rooms === 2) return heardTwice.resolve()
    third.resolve(append(MiB, 3))
    expect(writer.hasRoom(longest)).toBe(false)
  })
  const first = append(MiB, 1)
  writer.flush()
  const second = append(3 * MiB, 2)
  expect(writer.hasRoom(3 * MiB)).toBe(false)
  for (const outcome of [first, second]) {
    ;(await next()).go()
    expect(await outcome).toMatchObject({ segment: 1 })
  }
  await heardTwice.promise
  ;(await next()).go()
  expect(await third.promise).toMatchObject({ segment: 1, offset: 4 * MiB })
  await writer.close()
})

test('a write that fails at the end of a segment leaves the next segment as it is', async () => {
  const { write, next } = heldWrites()
  let isHeld = false
  const { writer, append, bytesAt, open } = openWriter({
    write: (...args) => (isHeld ? write(...args) : real.write(...args)),
  })
  for (let end = 0; end + longest <= segmentMaxBytes; end += longest) {
    const outcome = append(longest)
    writer.flush()
    expect(await outcome).toMatchObject({ segment: 1, offset: end })
  }
  isHeld = true
  const failing = append(1000)
  writer.flush()
  const following = append(longest, 7)
  ;(await next()).fail('ENOSPC')
  expect(await failing).toBe('full')
  ;(await next()).go()
  const place = await following
  expect(place).toEqual({ segment: 2, offset: 0, length: longest })
  if (typeof place === 'object') expect(bytesAt(place).every(byte => byte === 7)).toBe(true)
  await writer.close()
  expect(open.size).toBe(0)
})

test('a write that fails takes what was to follow it along, and the next one takes its place', async () => {
  const { write, next } = heldWrites()
  const { writer, append, bytesAt } = openWriter({ write })
  const kept = append(5000, 1)
  writer.flush()
  ;(await next()).go()
  expect(await kept).toMatchObject({ offset: 0 })
  const failing = append(5000, 2)
  writer.flush()
  const following = append(5000, 3)
  ;(await next()).fail('ENOSPC')
  expect(await Promise.all([failing, following])).toEqual(['full', 'full'])
  const later = append(5000, 4)
  writer.flush()
  ;(await next()).go()
  expect(await later).toMatchObject({ offset: 5000 })
  expect(bytesAt({ segment: 1, offset: 4999, length: 2 })).toEqual(Buffer.from([1, 4]))
  await writer.close()
})

test('a file system that has room for less than a block is full', async () => {
  let hasRoom = false
  const { writer, append } = openWriter({
    async write(fd, blocks, position) {
      const count = await real.write(fd, blocks.subarray(0, hasRoom ? blocks.length : blockBytes), position)
      return hasRoom ? count : 1024
    },
  })
  const refused = append(10_000)
  writer.flush()
  expect(await refused).toBe('full')
  hasRoom = true
  const taken = append(10_000)
  writer.flush()
  expect(await taken).toEqual({ segment: 1, offset: 0, length: 10_000 })
  await writer.close()
})

test.each(['EIO', 'ENOSPC'])(
  'a segment whose name could not be made durable takes nothing, and is not left open: %s',
  async code => {
    const { writer, append, open } = openWriter({
      syncDirectory: () => {
        throw Object.assign(new Error(code), { code })
      },
    })
    for (let i = 0; i < 2; i++) {
      const refused = append(100)
      writer.flush()
      expect(await refused).toBe('broken')
    }
    await writer.close()
    expect(open.size).toBe(0)
  },
)
