import { WherryError } from '../../../../protocol/errors.ts'
import { fromBase64url } from '../../base64url.ts'
import type { PairKeys, Role, Secret } from '../api.ts'
import { type CpaceRun, scalarOf, startCpace } from './cpace.ts'
import {
  areEqual,
  associatedOf,
  cpaceInput,
  type DerivedKeys,
  deriveKeys,
  type Password,
} from './pair-keys.ts'
import type { PairingMessage } from './pairing-messages.ts'

export type Paired = {
  keys: PairKeys
  /** `person`: the emoji are still to be compared. `trusted`: the other side proved to be a device that is trusted here. */
  via: Secret['via'] | 'person' | 'trusted'
}

/** What a side does next; null: the message meant nothing to it. */
export type Step = { send?: PairingMessage; paired?: Paired; failed?: WherryError } | null

/** One side of the exchange: no clock, no room. */
export type Side = {
  /** The other side is there, or there anew. */
  appeared(): Step
  received(message: PairingMessage): Step
}

/** New runs that one pairing answers: whoever knows the secret needs few, and each costs some milliseconds. */
const mostRuns = 8

const wrong = (via: Secret['via']): WherryError =>
  new WherryError(via === 'again' ? 'not_authentic' : 'wrong_code')

/** The keys of a run with the other side's share; null if that is not to be used. */
export const finishRun = (
  run: CpaceRun,
  room: string,
  role: Role,
  secret: Password,
  otherShare: Uint8Array,
): DerivedKeys | null => {
  const other: Role = role === 'sender' ? 'receiver' : 'sender'
  const key = run.finish(role === 'receiver' ? 'initiator' : 'responder', {
    share: otherShare,
    associated: associatedOf(room, other),
  })
  return key && deriveKeys(key, role, secret)
}

export const receiverSide = (room: string, first: Secret): Side => {
  const { run: kept } = first
  let secret = first
  const start = (scalar?: bigint) =>
    startCpace(cpaceInput(room, secret), associatedOf(room, 'receiver'), scalar)
  let run = start(scalarOf(fromBase64url(kept?.seed ?? '') ?? new Uint8Array()) || undefined)
  let proven: Paired | null = null
  /** The sender's share of a run that was followed by another at once: it may come twice. */
  let followed: Uint8Array | null = null

  const hi = (): Step => ({ send: { kind: 'hi', via: secret.via, share: run.share } })
  const startAgain = (again: string) => {
    secret = { via: 'again', secret: again }
    proven = null
    run = start()
  }

  return {
    appeared() {
      // The sender may have missed the confirmation. It takes no code twice, but this secret proves as much.
      if (proven) startAgain(proven.keys.again)
      // Otherwise the very same share: no second guess for whoever answers it.
      return hi()
    },
    received(message) {
      if (message.kind === 'refused') return { failed: wrong(secret.via) }
      if (message.kind !== 'answer' || proven) return null
      if (followed && areEqual(followed, message.share)) return null
      const derived = finishRun(run, room, 'receiver', secret, message.share)
      const expected = derived?.confirmOf('sender', {
        share: message.share,
        associated: associatedOf(room, 'sender'),
      })
      if (!derived || !expected || !areEqual(expected, message.confirm))
        return { send: { kind: 'refused' }, failed: wrong(secret.via) }
      if (secret === first) kept?.proven(derived.keys.again)
      if (secret === first && kept?.wasBegun) {
        // Its keys may have sealed something before the reload, and numbers of envelopes would come twice with them.
        followed = message.share
        startAgain(derived.keys.again)
        return hi()
      }
      const own = { share: run.share, associated: associatedOf(room, 'receiver') }
      proven = { keys: derived.keys, via: first.via }
      return { send: { kind: 'confirm', confirm: derived.confirmOf('receiver', own) }, paired: proven }
    },
  }
}

type Hi = Extract<PairingMessage, { kind: 'hi' }>

export const senderSide = (room: string, secrets: readonly Secret[]): Side => {
  /** The latest `hi` and what it was answered: the answer tells whoever asked whether a guess was right. */
  let answered: { hi: Hi; step: Step; derived: DerivedKeys } | null = null
  /** Of an answer that may have been understood although its confirmation was lost. */
  let again: Secret | null = null
  let isCodeUsed = false
  let runs = 0

  const secretFor = (via: Secret['via']): Secret | null =>
    secrets.find(secret => secret.via === via) ?? (via === 'again' ? again : null)
  const refuse = (via: Secret['via']): Step => ({ send: { kind: 'refused' }, failed: wrong(via) })

  const answer = (hi: Hi): Step => {
    if (answered && answered.hi.via === hi.via && areEqual(answered.hi.share, hi.share)) return answered.step
    const secret = secretFor(hi.via)
    // A second answer to a code would be a second guess.
    if (!secret || ++runs > mostRuns || (hi.via === 'code' && isCodeUsed)) return refuse(hi.via)
    if (hi.via === 'code') isCodeUsed = true
    const associated = associatedOf(room, 'sender')
    const run = startCpace(cpaceInput(room, secret), associated)
    const derived = finishRun(run, room, 'sender', secret, hi.share)
    if (!derived) return refuse(hi.via)
    const confirm = derived.confirmOf('sender', { share: run.share, associated })
    const step: Step = { send: { kind: 'answer', share: run.share, confirm } }
    again = { via: 'again', secret: derived.keys.again }
    answered = { hi, step, derived }
    return step
  }

  return {
    appeared: () => null,
    received(message) {
      if (message.kind === 'hi') return answer(message)
      if (message.kind === 'refused') return { failed: wrong(answered?.hi.via ?? 'code') }
      if (message.kind !== 'confirm' || !answered) return null
      const { hi, derived } = answered
      const expected = derived.confirmOf('receiver', {
        share: hi.share,
        associated: associatedOf(room, 'receiver'),
      })
      return areEqual(expected, message.confirm)
        ? { paired: { keys: derived.keys, via: hi.via } }
        : { failed: wrong(hi.via) }
    },
  }
}
