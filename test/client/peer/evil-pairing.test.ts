import { describe, expect, test } from 'vitest'
import type { Role } from '../../../client/core/peer/api.ts'
import {
  decodePairing,
  encodePairing,
  type PairingMessage,
} from '../../../client/core/peer/pairing/pairing-messages.ts'
import type { Deeds } from '../../support/evil-hub.ts'
import { manInTheMiddle } from '../../support/man-in-the-middle.ts'
import { codeOf, startDirectSend } from '../../support/meeting.ts'
import { evilRig, expectDetected, expectNothingLearned, files, flipBit } from './evil-rig.ts'

const rig = evilRig()

describe('a hub that puts itself between the two by a guess of the code', () => {
  test('knows no key, and both are told', async () => {
    const { meeting, evil } = await rig.meet()
    const middle = manInTheMiddle(meeting.rooms.sender.id, { via: 'code', secret: 'copper-violin' })
    evil.deeds = middle.deeds
    const started = startDirectSend(meeting, { files })
    await expectDetected(started)
    expectNothingLearned(started)
    expect(middle.keys).toEqual({})
  })

  test('would know the keys of both if it knew the code: so the test is one', async () => {
    const { meeting, evil } = await rig.meet()
    const middle = manInTheMiddle(meeting.rooms.sender.id, codeOf(meeting.secrets))
    const hasKeys = new Promise<void>(resolve => {
      evil.deeds = {
        signal(...args) {
          const passed = middle.deeds.signal?.(...args) ?? []
          if (middle.keys.sender && middle.keys.receiver) resolve()
          return passed
        },
      }
    })
    const started = startDirectSend(meeting, { files })
    await hasKeys
    started.sender.cancel()
    started.receiver.cancel()
  })

  test('has one guess: a code is used up by a wrong one', async () => {
    const { meeting, evil } = await rig.meet()
    let guesses = 0
    evil.deeds = {
      signal(envelope, to, hub) {
        const message = decodePairing(envelope)
        if (to !== 'sender' || message?.kind !== 'hi') return [envelope]
        for (let n = 0; n < 20; n++) {
          guesses += 1
          const wrong = manInTheMiddle(meeting.rooms.sender.id, { via: 'code', secret: `wrong-guess${n}` })
          void wrong.deeds.signal?.(envelope, 'sender', hub)
        }
        return []
      },
    }
    const started = startDirectSend(meeting, { files })
    await expectDetected(started)
    expectNothingLearned(started)
    expect(guesses).toBeGreaterThanOrEqual(20)
    const answers = evil.envelopes.filter(
      ({ to, envelope }) => to === 'receiver' && decodePairing(envelope)?.kind === 'answer',
    )
    expect(answers.length).toBeLessThanOrEqual(1)
  })
})

describe('a hub that alters what the two pair with', () => {
  const altering =
    (to: Role, alter: (message: PairingMessage) => PairingMessage): Deeds['signal'] =>
    (envelope, role) => {
      const message = decodePairing(envelope)
      return [message && role === to ? encodePairing(alter(message)) : envelope]
    }
  const other = () => crypto.getRandomValues(new Uint8Array(32))
  const cases: Record<string, Deeds['signal']> = {
    "the receiver's share": altering('sender', message =>
      message.kind === 'hi' ? { ...message, share: other() } : message,
    ),
    "a bit of the receiver's share": altering('sender', message =>
      message.kind === 'hi' ? { ...message, share: flipBit(message.share) } : message,
    ),
    'the way by which the receiver came': altering('sender', message =>
      message.kind === 'hi' ? { ...message, via: 'link' } : message,
    ),
    "the sender's share": altering('receiver', message =>
      message.kind === 'answer' ? { ...message, share: other() } : message,
    ),
    "the sender's proof": altering('receiver', message =>
      message.kind === 'answer' ? { ...message, confirm: flipBit(message.confirm) } : message,
    ),
    "the receiver's proof": altering('sender', message =>
      message.kind === 'confirm' ? { ...message, confirm: flipBit(message.confirm) } : message,
    ),
    'a share of the neutral element': altering('sender', message =>
      message.kind === 'hi' ? { ...message, share: new Uint8Array(32) } : message,
    ),
  }
  for (const [what, signal] of Object.entries(cases))
    test(`in ${what} is found out`, async () => {
      const started = await rig.send(signal ? { signal } : {})
      await expectDetected(started)
      expectNothingLearned(started)
    })

  test('by giving each what it said itself is found out', async () => {
    const started = await rig.send({
      signal(envelope, to, hub) {
        hub.inject(to === 'sender' ? 'receiver' : 'sender', envelope)
        return []
      },
    })
    const timeOut = setTimeout(() => started.sender.cancel(), 3_000)
    const ends = await started.ends
    clearTimeout(timeOut)
    expect(ends.sender).not.toBe('done')
    expectNothingLearned(started)
  })
})
