import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSliceSize } from '../../client/core/upload/slice-size.ts'
import { limits } from '../../protocol/limits.ts'

const KiB = 1024

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const sized = () => {
  const link = { epoch: 1 }
  const credit = { returnedBytes: 0 }
  const size = createSliceSize(link, credit)
  /** So many bytes more are durable after so long. */
  const after = (ms: number, bytes: number) => {
    vi.advanceTimersByTime(ms)
    credit.returnedBytes += bytes
    return size.bytes
  }
  return { link, size, after }
}

test('until the hub has acknowledged something they are a small part of what was sent', () => {
  const { size, after } = sized()
  expect(size.bytes).toBe(16 * KiB)
  size.sent(256 * KiB)
  expect(size.bytes).toBe(16 * KiB)
  size.sent(256 * KiB)
  expect(after(60_000, 0)).toBe(32 * KiB)
  size.sent(64 * 1024 * KiB)
  expect(size.bytes).toBe(128 * KiB)
  expect(after(1000, 500 * KiB)).toBe(16 * KiB)
})

test('then they are what the hub takes in a tenth of a second, between the least and the most', () => {
  const { after } = sized()
  expect(after(1000, 300 * KiB)).toBe(30 * KiB)
  expect(after(8000, 1024 * KiB)).toBe(16 * KiB)
  for (let larger = 32 * KiB; larger < limits.sliceBytes; larger *= 2)
    expect(after(100, 8 * 1024 * KiB)).toBe(larger)
  for (let i = 0; i < 2; i++) expect(after(100, 8 * 1024 * KiB)).toBe(limits.sliceBytes)
})

test('they are at most doubled at a time: chunks that travelled side by side are acknowledged as if the last took no time', () => {
  const { after } = sized()
  expect(after(30_000, 1024 * KiB)).toBe(16 * KiB)
  expect(after(100, 1024 * KiB)).toBe(32 * KiB)
  expect(after(10_000, 1024 * KiB)).toBe(16 * KiB)
})

test('acknowledgements that come close together are measured together', () => {
  const { after } = sized()
  expect(after(19, 6 * KiB)).toBe(16 * KiB)
  expect(after(1, 0)).toBe(30 * KiB)
})

test('another connection begins small again', () => {
  const { link, size, after } = sized()
  expect(after(1000, 5000 * KiB)).toBe(32 * KiB)
  size.sent(1024 * KiB)
  link.epoch++
  expect(size.bytes).toBe(16 * KiB)
  expect(after(1000, 200 * KiB)).toBe(20 * KiB)
})

test('the time in which nothing was under way does not count', () => {
  const { size, after } = sized()
  size.sent(500 * KiB)
  expect(after(1000, 500 * KiB)).toBe(50 * KiB)
  after(60_000, 0)
  size.sent(500 * KiB)
  expect(after(500, 500 * KiB)).toBe(100 * KiB)
})
