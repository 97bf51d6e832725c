import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { toBase64url } from '../../base64url.ts'
import type { Role } from '../api.ts'
import { areEqual, type DerivedKeys } from './pair-keys.ts'

/** Devices of one person that a pairing tries, the first ones. */
export const mostTrusted = 16
export const proofBytes = 32

/**
 * What both devices keep when their people trust them for later: 256 bits, the same on both, from the secret with which they
 * pair `again`. To be kept only after the emoji were compared.
 */
export const deviceSecretOf = (again: string): string =>
  toBase64url(
    new Uint8Array(
      expand(
        sha512,
        extract(sha512, utf8ToBytes(again), utf8ToBytes('wherry.send.v1')),
        utf8ToBytes('trusted device'),
        32,
      ),
    ),
  )

/**
 * Proves a device's secret for this run alone: what it authenticates comes from the run's key, which nobody in the middle
 * shares with both. No PAKE is needed, as nobody can guess 256 bits.
 */
export const proofOf = (derived: DerivedKeys, side: Role, secret: string): Uint8Array =>
  hmac(sha512, utf8ToBytes(secret), derived.trustOf(side)).subarray(0, proofBytes)

/** The secret that one of the other side's proofs was made with. */
export const provenSecret = (
  derived: DerivedKeys,
  side: Role,
  secrets: readonly string[],
  proofs: readonly Uint8Array[],
): string | null =>
  secrets.slice(0, mostTrusted).find(secret => {
    const expected = proofOf(derived, side, secret)
    return proofs.some(proof => areEqual(expected, proof))
  }) ?? null
