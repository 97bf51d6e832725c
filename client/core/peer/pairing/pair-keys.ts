import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { toBase64url } from '../../base64url.ts'
import type { PairKeys, Role } from '../api.ts'
import { type CpaceInput, type CpaceMessage, lengthValue } from './cpace.ts'

const protocolName = utf8ToBytes('wherry.send.v1')

/** What two runs have to have in common to lead to the same keys: a Secret, or the empty one that everybody knows. */
export type Password = { via: string; secret: string }

/** What both sides put into CPace: a code is no link's secret, and a room is no other room. */
export const cpaceInput = (room: string, { via, secret }: Password): CpaceInput => ({
  password: utf8ToBytes(secret),
  channel: lengthValue(protocolName, utf8ToBytes(via)),
  session: utf8ToBytes(room),
})

/** What a side says of itself, so that it cannot be taken for the other. */
export const associatedOf = (room: string, role: Role): Uint8Array =>
  lengthValue(protocolName, utf8ToBytes(room), utf8ToBytes(role))

/** What a run of CPace leads to. */
export type DerivedKeys = {
  keys: PairKeys
  /** Proves that a side has the key: from its confirm key and what it sent. */
  confirmOf(side: Role, message: CpaceMessage): Uint8Array
  /** What a side authenticates with the secret of a trusted device: nobody in the middle has the same. */
  trustOf(side: Role): Uint8Array
}

/** All keys from the one of CPace, each under its own name (HKDF-SHA-512). */
export const deriveKeys = (key: Uint8Array, role: Role, { via, secret }: Password): DerivedKeys => {
  const base = extract(sha512, key, protocolName)
  const named = (name: string) => new Uint8Array(expand(sha512, base, utf8ToBytes(name), 32))
  const other: Role = role === 'sender' ? 'receiver' : 'sender'
  return {
    keys: {
      role,
      signalSend: named(`signals of ${role}`),
      signalReceive: named(`signals of ${other}`),
      linkSend: named(`link of ${role}`),
      linkReceive: named(`link of ${other}`),
      // The same for as long as the room lives: otherwise one side could be a pairing ahead of what the other has kept.
      again: via === 'again' ? secret : toBase64url(named('again')),
    },
    confirmOf: (side, { share, associated }) =>
      hmac(sha512, named(`confirmation of ${side}`), lengthValue(share, associated)),
    trustOf: side => named(`trust of ${side}`),
  }
}

/** Compares without telling by its time how much was right. */
export const areEqual = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}
