import { sha512 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { WherryError } from '../../../../protocol/errors.ts'
import type { ByPerson, Role } from '../api.ts'
import { type CpaceRun, lengthValue, startCpace } from './cpace.ts'
import { areEqual, associatedOf, cpaceInput, type DerivedKeys, type Password } from './pair-keys.ts'
import { finishRun, receiverSide, type Side, type Step, senderSide } from './pairing-sides.ts'
import { mostTrusted, proofOf, provenSecret } from './trusted.ts'

/**
 * Pairing without a secret that the two share: CPace with the empty password, which is a plain Diffie-Hellman exchange, and
 * four emoji from its key. The receiver commits to its share before it sees the sender's, and neither side uses a share
 * for two others: so whoever is in the middle has to choose both of its shares blindly, and has one try in 2^24 for each
 * run that its victims begin.
 */
const nothingShared: Password = { via: 'person', secret: '' }

/** Runs that one pairing begins: an honest one begins another only after a connection was lost in the middle. */
const mostRuns = 4

const notAuthentic = (): WherryError => new WherryError('not_authentic')
const refusal = (): Step => ({ send: { kind: 'refused' }, failed: notAuthentic() })

const startRun = (room: string, role: Role): CpaceRun =>
  startCpace(cpaceInput(room, nothingShared), associatedOf(room, role))

const commitmentTo = (room: string, share: Uint8Array): Uint8Array =>
  sha512(lengthValue(utf8ToBytes('wherry.send.v1 commitment'), utf8ToBytes(room), share))

/** Covers the proofs, so that none can be left out. */
const confirmOf = (
  derived: DerivedKeys,
  room: string,
  side: Role,
  share: Uint8Array,
  proofs: readonly Uint8Array[],
): Uint8Array =>
  derived.confirmOf(side, { share, associated: lengthValue(associatedOf(room, side), ...proofs) })

/** Pairing again finds the same person as before, still to be compared. */
const ofPerson = (step: Step): Step =>
  step?.paired ? { ...step, paired: { ...step.paired, via: 'person' } } : step

export const personReceiverSide = (room: string, { trusted }: ByPerson): Side => {
  let run = startRun(room, 'receiver')
  let runs = 1
  /** The sender's share and what it led to: from here on the own share is known, and never used again. */
  let opened: { share: Uint8Array; derived: DerivedKeys } | null = null
  let again: Side | null = null

  const commit = (): Step => ({ send: { kind: 'commit', commit: commitmentTo(room, run.share) } })

  const beginAnew = (): Step => {
    if (++runs > mostRuns) return refusal()
    run = startRun(room, 'receiver')
    opened = null
    again = null
    return commit()
  }

  const open = (share: Uint8Array): Step => {
    const derived = finishRun(run, room, 'receiver', nothingShared, share)
    if (!derived) return refusal()
    opened = { share, derived }
    const proofs = trusted.slice(0, mostTrusted).map(secret => proofOf(derived, 'receiver', secret))
    const confirm = confirmOf(derived, room, 'receiver', run.share, proofs)
    return { send: { kind: 'open', share: run.share, confirm, proofs } }
  }

  return {
    appeared() {
      if (!opened) return commit()
      // The sender may have the keys already: only its last word was lost.
      again = receiverSide(room, { via: 'again', secret: opened.derived.keys.again })
      return again.appeared()
    },
    received(message) {
      // It had not.
      if (again) return message.kind === 'refused' ? beginAnew() : ofPerson(again.received(message))
      if (message.kind === 'refused') return { failed: notAuthentic() }
      if (message.kind === 'show') return opened ? null : open(message.share)
      if (message.kind !== 'agree' || !opened) return null
      const { share, derived } = opened
      const expected = confirmOf(derived, room, 'sender', share, message.proofs)
      if (!areEqual(expected, message.confirm)) return refusal()
      const isTrusted = provenSecret(derived, 'sender', trusted, message.proofs) !== null
      return { paired: { keys: derived.keys, via: isTrusted ? 'trusted' : 'person' } }
    },
  }
}

export const personSenderSide = (room: string, { trusted }: ByPerson): Side => {
  let current: { commit: Uint8Array; run: CpaceRun } | null = null
  let runs = 0
  /** Since a receiver opened its share, which may not know yet that it was heard. */
  let again: Side | null = null

  const show = (commit: Uint8Array): Step => {
    if (!current || !areEqual(current.commit, commit)) {
      if (++runs > mostRuns) return refusal()
      current = { commit, run: startRun(room, 'sender') }
    }
    return { send: { kind: 'show', share: current.run.share } }
  }

  const agree = (share: Uint8Array, confirm: Uint8Array, proofs: readonly Uint8Array[]): Step => {
    if (!current) return null
    const { run, commit } = current
    current = null
    if (!areEqual(commitmentTo(room, share), commit)) return refusal()
    const derived = finishRun(run, room, 'sender', nothingShared, share)
    if (!derived) return refusal()
    if (!areEqual(confirmOf(derived, room, 'receiver', share, proofs), confirm)) return refusal()
    const proven = provenSecret(derived, 'receiver', trusted, proofs)
    const own = proven === null ? [] : [proofOf(derived, 'sender', proven)]
    again = senderSide(room, [{ via: 'again', secret: derived.keys.again }])
    return {
      send: { kind: 'agree', confirm: confirmOf(derived, room, 'sender', run.share, own), proofs: own },
      paired: { keys: derived.keys, via: proven === null ? 'person' : 'trusted' },
    }
  }

  return {
    appeared: () => null,
    received(message) {
      if (message.kind === 'commit') return show(message.commit)
      if (message.kind === 'open') return agree(message.share, message.confirm, message.proofs)
      if (message.kind === 'hi' && message.via === 'again' && !again) return { send: { kind: 'refused' } }
      if (again && (message.kind === 'hi' || message.kind === 'confirm'))
        return ofPerson(again.received(message))
      if (message.kind === 'hi' || message.kind === 'refused') return refusal()
      return null
    },
  }
}
