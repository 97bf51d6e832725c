import { bytesToNumberLE } from '@noble/curves/utils.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CpaceInput,
  generatorOf,
  generatorString,
  keyOf,
  lengthValue,
  multiplyVerified,
  startCpace,
} from '../../../client/core/peer/pairing/cpace.ts'

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const hex = (value: Uint8Array | null): string | null => value && Buffer.from(value).toString('hex')
const plain = (value: string): string => value.replaceAll(/\s/g, '')

/** draft-irtf-cfrg-cpace-21, appendix B.3: ristretto255 and SHA-512. */
const vector = {
  input: {
    password: text('Password'),
    channel: bytes('0b415f696e69746961746f720b425f726573706f6e646572'),
    session: bytes('7e4b4791d6a8ef019b936c79fb7f2c57'),
  } satisfies CpaceInput,
  generatorString: plain(`11435061636552697374726574746f3235350850617373776f726464
    00000000000000000000000000000000000000000000000000000000
    00000000000000000000000000000000000000000000000000000000
    00000000000000000000000000000000000000000000000000000000
    00000000000000000000000000000000180b415f696e69746961746f
    720b425f726573706f6e646572107e4b4791d6a8ef019b936c79fb7f
    2c57`),
  hash: plain(`da6d3ddc8802fca9058755ffd3ebde08a9c2c74945901a258482a288
    b6663af06bf645c93cd1c51512307199c80e84908916d983b34af772
    05f90851a657ee27`),
  generator: '222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56',
  a: {
    associated: text('ADa'),
    scalar: bytes('da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08'),
    share: bytes('d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157'),
  },
  b: {
    associated: text('ADb'),
    scalar: bytes('d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d'),
    share: bytes('3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258'),
  },
  product: '80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f',
  key: plain(`b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dc
    ae7b35cd2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c
    3fa2068af7900447`),
}
/** Sections B.3.10 and B.3.11. */
const products = {
  scalar: bytes('7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05'),
  point: bytes('2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c'),
  product: '7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e',
  invalid: bytes('2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c'),
  neutral: new Uint8Array(32),
}

describe('CPace against the vectors of draft-irtf-cfrg-cpace-21, B.3', () => {
  it('derives the generator', () => {
    const string = generatorString(vector.input)
    expect(hex(string)).toBe(vector.generatorString)
    expect(hex(sha512(string))).toBe(vector.hash)
    expect(hex(generatorOf(vector.input).toBytes())).toBe(vector.generator)
  })

  it('makes the shares, the product and the key of both sides', () => {
    const { a, b, input } = vector
    const runA = startCpace(input, a.associated, bytesToNumberLE(a.scalar))
    const runB = startCpace(input, b.associated, bytesToNumberLE(b.scalar))
    expect(hex(runA.share)).toBe(hex(a.share))
    expect(hex(runB.share)).toBe(hex(b.share))
    expect(hex(multiplyVerified(bytesToNumberLE(a.scalar), b.share))).toBe(vector.product)
    expect(hex(multiplyVerified(bytesToNumberLE(b.scalar), a.share))).toBe(vector.product)
    expect(hex(keyOf(input.session, bytes(vector.product), a, b))).toBe(vector.key)
    expect(hex(runA.finish('initiator', b))).toBe(vector.key)
    expect(hex(runB.finish('responder', a))).toBe(vector.key)
  })

  it('multiplies a valid point, and refuses an invalid encoding and the neutral element', () => {
    const scalar = bytesToNumberLE(products.scalar)
    expect(hex(multiplyVerified(scalar, products.point))).toBe(products.product)
    expect(multiplyVerified(scalar, products.invalid)).toBeNull()
    expect(multiplyVerified(scalar, products.neutral)).toBeNull()
    const run = startCpace(vector.input, text('ADa'))
    for (const share of [products.invalid, products.neutral])
      for (const role of ['initiator', 'responder'] as const)
        expect(run.finish(role, { share, associated: text('ADb') })).toBeNull()
  })
})

describe('CPace', () => {
  const part = fc.uint8Array({ maxLength: 300 })

  it('gives both the same key for the same inputs, and other keys for any other', () => {
    const input = fc.record({ password: part, channel: part, session: part })
    fc.assert(
      fc.property(input, input, part, part, (inputA, inputB, adA, adB) => {
        const a = startCpace(inputA, adA)
        const b = startCpace(inputB, adB)
        const keyA = hex(a.finish('initiator', { share: b.share, associated: adB }))
        const keyB = hex(b.finish('responder', { share: a.share, associated: adA }))
        expect(keyA === keyB).toBe(hex(generatorString(inputA)) === hex(generatorString(inputB)))
        const twin = startCpace(inputA, adB)
        expect(a.finish('initiator', { share: twin.share, associated: adB })).toEqual(
          twin.finish('responder', { share: a.share, associated: adA }),
        )
      }),
      { numRuns: 25 },
    )
  })

  it('takes no random bytes for a share but those of a point, and never throws', () => {
    const run = startCpace(vector.input, text('ADa'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), share => {
        const key = run.finish('initiator', { share, associated: text('ADb') })
        if (share.length !== 32) expect(key).toBeNull()
      }),
    )
  })

  it('reads the parts of a list in one way only', () => {
    const read = (from: Uint8Array): Uint8Array[] => {
      const parts: Uint8Array[] = []
      for (let at = 0; at < from.length; ) {
        let length = 0
        let shift = 0
        let byte = 128
        for (; byte > 127; shift += 7) {
          byte = from[at++] ?? 0
          length |= (byte & 127) << shift
        }
        parts.push(from.slice(at, at + length))
        at += length
      }
      return parts
    }
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), parts => {
        const joined = lengthValue(...parts)
        expect(read(joined).map(hex)).toEqual(parts.map(hex))
        expect(hex(lengthValue(...parts, new Uint8Array()))).toBe(hex(concatBytes(joined, Uint8Array.of(0))))
      }),
    )
  })
})
