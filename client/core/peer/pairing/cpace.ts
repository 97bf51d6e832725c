import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { bytesToNumberLE } from '@noble/curves/utils.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * CPace, the password-authenticated key exchange of draft-irtf-cfrg-cpace-21, as CPACE-RISTR255-SHA512 between an initiator
 * and a responder. Whoever does not know the password learns nothing from a run but whether one guess was right.
 */

const dsi = utf8ToBytes('CPaceRistretto255')
const dsiOfKey = utf8ToBytes('CPaceRistretto255_ISK')
/** Input block of SHA-512: the password and its padding fill the first block alone. */
const hashBlockBytes = 128

export const shareBytes = 32

/** What both sides have to agree on; the password is the secret of it. */
export type CpaceInput = { password: Uint8Array; channel: Uint8Array; session: Uint8Array }

/** What a side shows to the other: its share, and what it says of itself. */
export type CpaceMessage = { share: Uint8Array; associated: Uint8Array }

/** A length as LEB128 before the bytes, so that no list of parts reads like another. */
export const lengthValue = (...parts: readonly Uint8Array[]): Uint8Array =>
  concatBytes(
    ...parts.flatMap(part => {
      const length: number[] = []
      let rest = part.length
      for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
      return [Uint8Array.from([...length, rest]), part]
    }),
  )

export const generatorString = ({ password, channel, session }: CpaceInput): Uint8Array => {
  const usedBytes = 1 + lengthValue(dsi, password).length
  const padding = new Uint8Array(Math.max(0, hashBlockBytes - usedBytes))
  return lengthValue(dsi, password, padding, channel, session)
}

export const generatorOf = (input: CpaceInput) => {
  if (!ristretto255_hasher.deriveToCurve) throw new Error('The curve library has no element derivation.')
  return ristretto255_hasher.deriveToCurve(sha512(generatorString(input)))
}

/** 252 bits of 32 random bytes: below the order of the group. */
export const scalarOf = (random: Uint8Array): bigint => {
  const bytes = random.slice()
  bytes[31] = (bytes[31] ?? 0) & 0x0f
  return bytesToNumberLE(bytes)
}

const drawScalar = (): bigint => scalarOf(crypto.getRandomValues(new Uint8Array(32))) || drawScalar()

/** The product of a point that came from elsewhere; null if it is no encoding of a point, or of the neutral element. */
export const multiplyVerified = (scalar: bigint, encoded: Uint8Array): Uint8Array | null => {
  try {
    const product = ristretto255.Point.fromBytes(encoded).multiply(scalar)
    return product.is0() ? null : product.toBytes()
  } catch {
    return null
  }
}

/** The key of a run, 64 bytes, bound to all that both sides said. */
export const keyOf = (
  session: Uint8Array,
  product: Uint8Array,
  initiator: CpaceMessage,
  responder: CpaceMessage,
): Uint8Array =>
  sha512(
    concatBytes(
      lengthValue(dsiOfKey, session, product),
      lengthValue(initiator.share, initiator.associated),
      lengthValue(responder.share, responder.associated),
    ),
  )

/** One side's run. A scalar is given where the run was kept. */
export const startCpace = (input: CpaceInput, associated: Uint8Array, scalar = drawScalar()) => {
  const share = generatorOf(input).multiply(scalar).toBytes()
  const own: CpaceMessage = { share, associated }
  return {
    share,
    /** The key, or null if the other side's share is not to be used. */
    finish(as: 'initiator' | 'responder', other: CpaceMessage): Uint8Array | null {
      const product = multiplyVerified(scalar, other.share)
      if (!product) return null
      return as === 'initiator'
        ? keyOf(input.session, product, own, other)
        : keyOf(input.session, product, other, own)
    },
  }
}

export type CpaceRun = ReturnType<typeof startCpace>
