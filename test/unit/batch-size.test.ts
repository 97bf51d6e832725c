import { expect, test } from 'vitest'
import { createBatchSize } from '../../client/core/upload/batch-size.ts'
import { limits } from '../../protocol/limits.ts'

const KiB = 1024

test('it doubles with each full batch that was quick, up to what the protocol allows', () => {
  const size = createBatchSize()
  const sizes = [size.bytes]
  for (let i = 0; i < 7; i++) {
    size.took(size.bytes, 999)
    sizes.push(size.bytes)
  }
  const KiBs = [128, 256, 512, 1024, 2048, 4096, 4096, 4096]
  expect(sizes).toEqual(KiBs.map(KiBs => KiBs * KiB))
  expect(limits.putManyBytes).toBe(4096 * KiB)
})

test('it stays where a batch was small, or neither quick nor slow', () => {
  const size = createBatchSize()
  size.took(64 * KiB, 1)
  size.took(128 * KiB, 1000)
  size.took(128 * KiB, 2000)
  expect(size.bytes).toBe(128 * KiB)
})

test('it is as at first after one broke with its connection', () => {
  const size = createBatchSize()
  for (let i = 0; i < 3; i++) size.took(size.bytes, 1)
  size.lost()
  expect(size.bytes).toBe(128 * KiB)
})

test('after one broke, one at a time is under way until one got through', () => {
  const size = createBatchSize()
  expect(size.mostAtOnce).toBe(Number.POSITIVE_INFINITY)
  size.lost()
  expect(size.mostAtOnce).toBe(1)
  size.took(64 * KiB, 5000)
  expect(size.mostAtOnce).toBe(Number.POSITIVE_INFINITY)
})

test('it halves with each batch that was slow, and is never less than at first', () => {
  const size = createBatchSize()
  for (let i = 0; i < 3; i++) size.took(size.bytes, 1)
  for (const KiBs of [512, 256, 128, 128]) {
    size.took(size.bytes, 2001)
    expect(size.bytes).toBe(KiBs * KiB)
  }
})
