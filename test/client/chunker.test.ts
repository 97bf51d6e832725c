import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { subtleSha256 } from '../../client/core/hashing.ts'
import { createChunker } from '../../client/core/upload/chunker.ts'
import { gearTable } from '../../client/core/upload/gear.ts'
import { smallChunking } from './fake-hub.ts'
import { someBytes } from './memory-source.ts'

const gear = await gearTable(smallChunking.seed, subtleSha256)
const MiB = 1024 * 1024

/** The sizes of the chunks of `bytes`, fed in pieces of these sizes, over and over. */
const cut = (bytes: Uint8Array, pieces: readonly number[], chunking = smallChunking): number[] => {
  const chunker = createChunker(gear, chunking)
  const sizes: number[] = []
  let start = 0
  let turn = 0
  for (let at = 0; at < bytes.length; ) {
    const to = Math.min(bytes.length, at + (pieces[turn++ % pieces.length] as number))
    const found = chunker.scan(bytes, at, to)
    at = found < 0 ? to : found
    if (found < 0) continue
    sizes.push(found - start)
    start = found
  }
  return start < bytes.length ? [...sizes, bytes.length - start] : sizes
}

const chunksOf = (bytes: Uint8Array, sizes: readonly number[]): Set<string> => {
  let at = 0
  return new Set(
    sizes.map(size => {
      at += size
      return Buffer.from(bytes.subarray(at - size, at)).toString('base64')
    }),
  )
}

describe('cutting files', () => {
  test('the cuts are the same in whatever pieces the bytes come', () => {
    const bytes = someBytes(300_000)
    const whole = cut(bytes, [bytes.length])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 6 }), pieces => {
        expect(cut(bytes, pieces)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  test('all chunks but the last are between the minimum and the maximum, and the average is near', () => {
    const sizes = cut(someBytes(8 * MiB), [65536])
    for (const size of sizes.slice(0, -1)) {
      expect(size).toBeGreaterThan(smallChunking.minBytes)
      expect(size).toBeLessThanOrEqual(smallChunking.maxBytes)
    }
    const average = (8 * MiB) / sizes.length
    expect(average).toBeGreaterThan(smallChunking.averageBytes * 0.7)
    expect(average).toBeLessThan(smallChunking.averageBytes * 1.5)
  })

  test('a file up to the minimum is one chunk, and bytes without a pattern are cut at the maximum', () => {
    expect(cut(someBytes(smallChunking.minBytes), [100])).toEqual([smallChunking.minBytes])
    const zeros = cut(new Uint8Array(100_000), [1000])
    expect(zeros.slice(0, -1).every(size => size === smallChunking.maxBytes)).toBe(true)
  })

  test('bytes inserted at the start change the first chunks only', () => {
    const before = someBytes(4 * MiB)
    const after = Buffer.concat([someBytes(100_000, 7), before])
    const known = chunksOf(before, cut(before, [65536]))
    const fresh = [...chunksOf(after, cut(after, [65536]))].filter(chunk => !known.has(chunk))
    const freshBytes = fresh.reduce((sum, chunk) => sum + Buffer.from(chunk, 'base64').length, 0)
    expect(freshBytes).toBeLessThan(100_000 + 3 * smallChunking.maxBytes)
  })

  test('the gear table of a seed is what its documentation says, for ever', async () => {
    expect([...gear.subarray(0, 2), gear[255]]).toEqual(pinned)
    expect(await gearTable(smallChunking.seed, subtleSha256)).toEqual(gear)
    expect(await gearTable('another seed of 16', subtleSha256)).not.toEqual(gear)
  })
})

const { createHash } = await import('node:crypto')
const block = (k: number) => createHash('sha256').update(`${smallChunking.seed}:${k}`).digest()
const pinned = [block(0).readInt32LE(0), block(0).readInt32LE(4), block(31).readInt32LE(28)]
