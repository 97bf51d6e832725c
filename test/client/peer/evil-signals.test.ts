import { describe, expect, test } from 'vitest'
import { fromBase64url, toBase64url } from '../../../client/core/base64url.ts'
import type { Role } from '../../../client/core/peer/api.ts'
import { decodePairing } from '../../../client/core/peer/pairing/pairing-messages.ts'
import type { Deeds } from '../../support/evil-hub.ts'
import {
  consequences,
  evilRig,
  expectDetected,
  expectNothingLearned,
  expectNoWrongByte,
  expectWhole,
  flipBit,
  isSealed,
} from './evil-rig.ts'

const rig = evilRig()

/** Does something to the n-th sealed envelope to one of the two, counted from 0. */
const toSealed = (to: Role, nth: number, deed: (envelope: string) => readonly string[]): Deeds => {
  let seen = 0
  return {
    signal: (envelope, role) =>
      role === to && isSealed(envelope) && seen++ === nth ? deed(envelope) : [envelope],
  }
}

const both: Role[] = ['sender', 'receiver']

describe('an honest hub between the two', () => {
  test('carries a send by its relay', async () => {
    const started = await rig.send({})
    await expectWhole(started)
    expect(started.evil.envelopes.length).toBeGreaterThan(3)
  })

  test('that is slow is no evil one', async () => {
    const slowly = async (envelope: string) => {
      await new Promise(resolve => setTimeout(resolve, 300))
      return [envelope]
    }
    await expectWhole(await rig.send({ signal: slowly }))
  })

  test('is told nothing but sealed envelopes when the two look for a direct way', async () => {
    const started = await rig.send({}, { connect: rig.direct() })
    await expectWhole(started)
    const readable = started.evil.envelopes.map(({ envelope }) =>
      Buffer.from(envelope, 'base64url').toString('latin1'),
    )
    expect(readable.length).toBeGreaterThan(6)
    for (const text of readable) expect(text).not.toMatch(/fingerprint|candidate|"sdp"|a=setup|ice-ufrag/i)
  })
})

describe('a hub that touches sealed envelopes', () => {
  for (const to of both) {
    for (const nth of [0, 1]) {
      const started = (deed: (envelope: string) => readonly string[]) =>
        rig.send(toSealed(to, nth, deed), { connect: rig.direct() })
      const which = `the ${nth === 0 ? 'first' : 'second'} one to the ${to}`

      test(`by altering a bit of ${which} is found out`, async () => {
        await expectDetected(
          await started(envelope => [toBase64url(flipBit(fromBase64url(envelope) ?? new Uint8Array(1), 1))]),
        )
      })

      test(`by giving out ${which} twice is found out`, async () => {
        await expectDetected(await started(envelope => [envelope, envelope]))
      })

      test(`by swapping ${which} for a description of its own is found out`, async () => {
        const description = { type: 'offer', sdp: `a=fingerprint:sha-256 ${'AA:'.repeat(31)}AA\r\n` }
        const own = JSON.stringify({ kind: 'description', attempt: 1, description })
        await expectDetected(await started(() => [Buffer.from(own).toString('base64url')]))
      })
    }
  }

  test('by keeping one back is found out at the next', async () => {
    await expectDetected(
      await rig.send(
        toSealed('receiver', 0, () => []),
        { connect: rig.direct() },
      ),
    )
  })

  test('by keeping all back only holds up: nothing is offered, nothing told', async () => {
    const started = await rig.send({ signal: envelope => (isSealed(envelope) ? [] : [envelope]) })
    const waited = new Promise(resolve => setTimeout(resolve, 1_000, null))
    expect(await Promise.race([started.ends, waited])).toBeNull()
    expectNothingLearned(started)
    started.sender.cancel()
    started.receiver.cancel()
  })

  test('by giving out two in another order is found out', async () => {
    let kept: string | null = null
    const started = await rig.send(
      {
        signal(envelope, to) {
          if (to === 'sender' || !isSealed(envelope)) return [envelope]
          if (kept === null) {
            kept = envelope
            return []
          }
          const both = kept === '' ? [envelope] : [envelope, kept]
          kept = ''
          return both
        },
      },
      { connect: rig.direct() },
    )
    await expectDetected(started)
  })

  test('by putting in one of another send is found out', async () => {
    const other = await rig.send({})
    await expectWhole(other)
    const foreign = other.evil.envelopes.find(({ to, envelope }) => to === 'receiver' && isSealed(envelope))
    const started = await rig.send(toSealed('receiver', 0, () => [foreign?.envelope ?? '']))
    await expectDetected(started)
  })

  test('by giving the sender its own back is found out', async () => {
    const started = await rig.send({
      signal(envelope, to, hub) {
        if (to === 'receiver' && isSealed(envelope)) hub.inject('sender', envelope)
        return [envelope]
      },
    })
    await expectDetected(started)
  })

  test('by repeating how the receiver began gets no further than it was', async () => {
    let hi: string | null = null
    const started = await rig.send({
      signal(envelope, to) {
        if (to !== 'sender') return [envelope]
        if (decodePairing(envelope)?.kind === 'hi') hi ??= envelope
        return isSealed(envelope) && hi ? [envelope, hi] : [envelope]
      },
    })
    const outcome = await Promise.race([
      started.ends,
      new Promise<null>(resolve => setTimeout(() => resolve(null), 5_000)),
    ])
    if (outcome === null) started.sender.cancel()
    else expect(['done', ...consequences]).toContain(outcome.receiver)
    expectNoWrongByte(started)
  })
})
