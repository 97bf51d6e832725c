import { fromBase64url, toBase64url } from '../../base64url.ts'
import type { Secret } from '../api.ts'
import { shareBytes } from './cpace.ts'
import { mostTrusted, proofBytes } from './trusted.ts'

type Bytes = Uint8Array

/** What the two say before they have keys. */
export type PairingMessage =
  /** Receiver: begins, or begins anew. */
  | { kind: 'hi'; via: Secret['via']; share: Bytes }
  /** Sender: its share, and the proof that it has the key. */
  | { kind: 'answer'; share: Bytes; confirm: Bytes }
  /** Receiver: the proof that it has the key. */
  | { kind: 'confirm'; confirm: Bytes }
  /** Receiver, to a person: the hash of its share, which it is bound to before it sees the other's. */
  | { kind: 'commit'; commit: Bytes }
  /** Sender: its share. */
  | { kind: 'show'; share: Bytes }
  /** Receiver: the share of its commitment, the proof that it has the key, and one for each device that it trusts. */
  | { kind: 'open'; share: Bytes; confirm: Bytes; proofs: readonly Bytes[] }
  /** Sender: the proof that it has the key, and one that it is a trusted device, if that is what it found. */
  | { kind: 'agree'; confirm: Bytes; proofs: readonly Bytes[] }
  /** Either: the other side has not the secret. */
  | { kind: 'refused' }

const confirmBytes = 64
const commitBytes = 64

/** Base64url of JSON, as an envelope of the room. On the wire an answer is a `hi` with a `confirm`. */
export const encodePairing = (message: PairingMessage): string => {
  const json: Record<string, string | string[]> = { kind: message.kind === 'answer' ? 'hi' : message.kind }
  if ('via' in message) json.via = message.via
  if ('share' in message) json.share = toBase64url(message.share)
  if ('confirm' in message) json.confirm = toBase64url(message.confirm)
  if ('commit' in message) json.commit = toBase64url(message.commit)
  if ('proofs' in message) json.proofs = message.proofs.map(toBase64url)
  return toBase64url(new TextEncoder().encode(JSON.stringify(json)))
}

const readJson = (envelope: string): Record<string, unknown> | null => {
  const bytes = fromBase64url(envelope)
  // Sealed envelopes begin otherwise.
  if (bytes?.[0] !== 0x7b) return null
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}

const readBytes = (value: unknown, length: number): Bytes | null => {
  const bytes = typeof value === 'string' ? fromBase64url(value) : null
  return bytes?.length === length ? bytes : null
}

const readProofs = (value: unknown): Bytes[] | null => {
  if (!Array.isArray(value) || value.length > mostTrusted) return null
  const proofs = value.map(one => readBytes(one, proofBytes)).filter(proof => proof !== null)
  return proofs.length === value.length ? proofs : null
}

/** Of pairing with a person. */
const decodeOfPerson = (json: Record<string, unknown>): PairingMessage | null => {
  const share = readBytes(json.share, shareBytes)
  const confirm = readBytes(json.confirm, confirmBytes)
  const commit = readBytes(json.commit, commitBytes)
  const proofs = readProofs(json.proofs)
  if (json.kind === 'commit' && commit) return { kind: 'commit', commit }
  if (json.kind === 'show' && share) return { kind: 'show', share }
  if (json.kind === 'open' && share && confirm && proofs) return { kind: 'open', share, confirm, proofs }
  return json.kind === 'agree' && confirm && proofs ? { kind: 'agree', confirm, proofs } : null
}

const isVia = (value: unknown): value is Secret['via'] =>
  value === 'code' || value === 'link' || value === 'again'

/** The message, or null for an envelope that is none. */
export const decodePairing = (envelope: string): PairingMessage | null => {
  const json = readJson(envelope)
  if (!json) return null
  const share = readBytes(json.share, shareBytes)
  const confirm = readBytes(json.confirm, confirmBytes)
  if (json.kind === 'hi' && share && isVia(json.via) && json.confirm === undefined)
    return { kind: 'hi', via: json.via, share }
  if (json.kind === 'hi' && share && confirm && json.via === undefined)
    return { kind: 'answer', share, confirm }
  if (json.kind === 'confirm' && confirm) return { kind: 'confirm', confirm }
  return json.kind === 'refused' ? { kind: 'refused' } : decodeOfPerson(json)
}
