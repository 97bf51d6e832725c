import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isReason } from '../../protocol/errors.ts'
import { decodeSlices, encodeSlices, sliceHeaderBytes } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const slice = fc
  .record({
    stream: u32,
    index: u32,
    offset: u32,
    last: fc.boolean(),
    bytes: fc.uint8Array({ maxLength: 300 }),
  })
  .map(one => (one.bytes.length === 0 ? { ...one, last: true } : one))

const refusal = (message: Uint8Array): unknown => {
  try {
    return [...decodeSlices(message)]
  } catch (error) {
    return error
  }
}

describe('binary slices', () => {
  test('what was encoded is decoded, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.array(slice, { minLength: 1, maxLength: 8 }), slices => {
        const decoded = [...decodeSlices(encodeSlices(slices))]
        expect(decoded).toEqual(slices)
      }),
    )
  })

  test('a message cut anywhere but between slices is refused as invalid_frame', () => {
    fc.assert(
      fc.property(fc.array(slice, { minLength: 1, maxLength: 4 }), fc.nat(), (slices, seed) => {
        const message = encodeSlices(slices)
        const ends = new Set<number>()
        let end = 0
        for (const one of slices) {
          end += sliceHeaderBytes + one.bytes.length
          ends.add(end)
        }
        const cut = seed % message.length
        const result = refusal(message.subarray(0, cut))
        if (ends.has(cut)) expect(result).toHaveLength([...ends].indexOf(cut) + 1)
        else expect(isReason(result, 'invalid_frame')).toBe(true)
      }),
    )
  })

  test('random bytes never do anything but decode or be refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const result = refusal(bytes)
        expect(Array.isArray(result) || isReason(result, 'invalid_frame')).toBe(true)
      }),
    )
  })

  test('a slice at the limit passes and one byte more is refused', () => {
    const at = (length: number) => ({
      stream: 1,
      index: 0,
      offset: 0,
      last: true,
      bytes: new Uint8Array(length),
    })
    expect(refusal(encodeSlices([at(limits.sliceBytes)]))).toHaveLength(1)
    expect(isReason(refusal(encodeSlices([at(limits.sliceBytes + 1)])), 'invalid_frame')).toBe(true)
  })

  test('a message has as many slices as the limit says, and not one more', () => {
    const many = (count: number) =>
      encodeSlices(
        Array.from({ length: count }, (_, index) => ({
          stream: 1,
          index,
          offset: 0,
          last: true,
          bytes: new Uint8Array(index % 2),
        })),
      )
    expect(refusal(many(limits.messageSlices))).toHaveLength(limits.messageSlices)
    expect(isReason(refusal(many(limits.messageSlices + 1)), 'invalid_frame')).toBe(true)
  })

  test('an empty slice is refused unless it is the last of its chunk', () => {
    const empty = { stream: 1, index: 0, offset: 0, bytes: new Uint8Array(0) }
    expect(isReason(refusal(encodeSlices([{ ...empty, last: false }])), 'invalid_frame')).toBe(true)
    expect(refusal(encodeSlices([{ ...empty, last: true }]))).toHaveLength(1)
  })

  test('decoding copies nothing', () => {
    const message = encodeSlices([
      { stream: 1, index: 2, offset: 3, last: true, bytes: Uint8Array.of(1, 2, 3) },
    ])
    const [decoded] = decodeSlices(message)
    expect(decoded?.bytes.buffer).toBe(message.buffer)
  })
})
