import { randomFillSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChunker } from '../../client/core/upload/chunker.ts'
import { cutSearch, type MakeCutSearch } from '../../client/core/upload/cut-search.ts'
import { wasmSearch } from '../../client/node/wasm-search.ts'

const sizes = { minBytes: 64, averageBytes: 1024, maxBytes: 4096 }
const gear = randomFillSync(new Int32Array(256))

/** Where chunks end in bytes that are given in pieces of so many. */
const cutsOf = (makeSearch: MakeCutSearch, bytes: Uint8Array, pieceBytes: number): number[] => {
  const chunker = createChunker(gear, sizes, makeSearch)
  const cuts: number[] = []
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const end = Math.min(bytes.length, start + pieceBytes)
    for (let from = start; from >= 0 && from < end; ) {
      from = chunker.scan(bytes, from, end)
      if (from >= 0) cuts.push(from)
    }
  }
  return cuts
}

test('WebAssembly cuts as JavaScript does, wherever the bytes lie and however they come', () => {
  const { blocks, makeSearch } = wasmSearch()
  const taken = [blocks.take(), blocks.take()]
  const input = fc.record({
    block: fc.nat(1),
    offset: fc.nat(100),
    length: fc.integer({ min: 1, max: 40_000 }),
    pieceBytes: fc.integer({ min: 500, max: 9000 }),
  })
  let found = 0
  fc.assert(
    fc.property(input, ({ block, offset, length, pieceBytes }) => {
      const bytes = randomFillSync(taken[block]?.subarray(offset, offset + length) ?? new Uint8Array(0))
      const cuts = cutsOf(makeSearch, bytes, pieceBytes)
      expect(cuts).toEqual(cutsOf(cutSearch, Uint8Array.from(bytes), pieceBytes))
      found += cuts.length
    }),
  )
  expect(found).toBeGreaterThan(100)
})

test('bytes outside of its blocks are cut too, and each gear table has its own search', () => {
  const { blocks, makeSearch } = wasmSearch()
  const bytes = randomFillSync(new Uint8Array(100_000))
  expect(cutsOf(makeSearch, bytes, 5000)).toEqual(cutsOf(cutSearch, bytes, 5000))
  const block = blocks.take()
  block.set(bytes)
  for (const table of [gear, randomFillSync(new Int32Array(256))]) {
    const end = createChunker(table, sizes, makeSearch).scan(block, 0, bytes.length)
    expect(end).toBe(createChunker(table, sizes).scan(bytes, 0, bytes.length))
  }
})
