import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url } from '../../../client/core/base64url.ts'
import type { Role, Room, Secret } from '../../../client/core/peer/api.ts'
import { startCpace } from '../../../client/core/peer/pairing/cpace.ts'
import { associatedOf, cpaceInput } from '../../../client/core/peer/pairing/pair-keys.ts'
import { type PairOptions, pair } from '../../../client/core/peer/pairing/pairing.ts'
import { decodePairing, encodePairing } from '../../../client/core/peer/pairing/pairing-messages.ts'
import { finishRun } from '../../../client/core/peer/pairing/pairing-sides.ts'
import { manualTimers } from '../../support/manual-timers.ts'
import { type Between, roomPair } from '../../support/room-pair.ts'

const code: Secret = { via: 'code', secret: 'copper-violin' }
const link: Secret = { via: 'link', secret: 'abcdefghijKLMNOP_-1234' }
const offered = [code, link]

const outcome = (pairing: ReturnType<typeof pair>) =>
  pairing.then(
    paired => paired,
    error => error.reason as string,
  )
/** Lets everything that is on its way arrive. */
const settle = async () => {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate)
}
const both = (
  pairing: { sender: Room; receiver: Room },
  secrets: readonly Secret[],
  secret: Secret,
  options: PairOptions = {},
) => ({
  sender: outcome(pair(pairing.sender, 'sender', secrets, options)),
  receiver: outcome(pair(pairing.receiver, 'receiver', [secret], options)),
})
const keysOf = async (pairing: ReturnType<typeof outcome>) => {
  const paired = await pairing
  if (typeof paired === 'string') throw new Error(`Not paired: ${paired}`)
  return paired.keys
}
/** Whether two sides have keys that fit. */
const expectFit = (
  sender: Awaited<ReturnType<typeof keysOf>>,
  receiver: Awaited<ReturnType<typeof keysOf>>,
) => {
  expect(sender.signalSend).toEqual(receiver.signalReceive)
  expect(sender.signalReceive).toEqual(receiver.signalSend)
  expect(sender.linkSend).toEqual(receiver.linkReceive)
  expect(sender.linkReceive).toEqual(receiver.linkSend)
  expect(sender.again).toBe(receiver.again)
  const keys = [sender.signalSend, sender.signalReceive, sender.linkSend, sender.linkReceive]
  expect(new Set([...keys.map(toBase64url), sender.again]).size).toBe(5)
}

describe('pairing of a direct send', () => {
  it('makes fitting keys from the code and from the link, whoever comes first', async () => {
    for (const secret of offered)
      for (const isEarly of [true, false]) {
        const rooms = roomPair()
        if (isEarly) rooms.connect()
        const { sender, receiver } = both(rooms, offered, secret)
        if (!isEarly) rooms.connect()
        expectFit(await keysOf(sender), await keysOf(receiver))
        expect(await sender).toMatchObject({ via: secret.via })
        expect(rooms.log).toHaveLength(3)
      }
  })

  it('pairs for the same secret and never for another', async () => {
    const secrets = fc.constantFrom('copper-violin', 'copper-violet', 'copper-violin ', '', 'x'.repeat(200))
    await fc.assert(
      fc.asyncProperty(
        secrets,
        secrets,
        fc.constantFrom('code', 'link', 'again'),
        async (ours, theirs, via) => {
          const rooms = roomPair()
          rooms.connect()
          const { sender, receiver } = both(rooms, [{ via, secret: ours }], { via, secret: theirs })
          if (ours === theirs) return expectFit(await keysOf(sender), await keysOf(receiver))
          const reason = via === 'again' ? 'not_authentic' : 'wrong_code'
          expect([await sender, await receiver]).toEqual([reason, reason])
          await settle()
          expect(rooms.hasLeft('sender')).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('takes the words of a code for no link, and refuses what it has no secret for', async () => {
    for (const [secrets, secret] of [
      [[code], { via: 'link', secret: code.secret }],
      [[code, link], { via: 'link', secret: code.secret }],
      [[code, link], { via: 'code', secret: link.secret }],
    ] as const) {
      const rooms = roomPair()
      rooms.connect()
      const { sender, receiver } = both(rooms, secrets, secret)
      expect([await sender, await receiver]).toEqual(['wrong_code', 'wrong_code'])
    }
  })

  it('never makes the same keys twice, and pairs again with the same secret', async () => {
    const rooms = roomPair()
    rooms.connect()
    const first = both(rooms, offered, code)
    const before = await keysOf(first.sender)
    const again: Secret = { via: 'again', secret: (await keysOf(first.receiver)).again }
    const seen = new Set([toBase64url(before.linkSend)])
    for (let i = 0; i < 3; i++) {
      rooms.cut()
      const { sender, receiver } = both(rooms, [again], again)
      rooms.connect()
      const keys = await keysOf(sender)
      expectFit(keys, await keysOf(receiver))
      expect(keys.again).toBe(before.again)
      seen.add(toBase64url(keys.linkSend))
    }
    expect(seen.size).toBe(4)
  })

  it('makes other keys in another room', async () => {
    const secrets = await Promise.all(
      ['room-room-room-room-r1', 'room-room-room-room-r2'].map(async id => {
        const rooms = roomPair(id)
        rooms.connect()
        return (await keysOf(both(rooms, offered, link).sender)).again
      }),
    )
    expect(secrets[0]).not.toBe(secrets[1])
  })

  it('finds every bit that was changed in any of the three envelopes', async () => {
    const alter = (envelope: string, at: number, bit: number): string => {
      const bytes = fromBase64url(envelope) ?? new Uint8Array()
      const place = at % bytes.length
      bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
      return toBase64url(bytes)
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(400), fc.nat(7), async (which, at, bit) => {
        let passed = 0
        let meaning: unknown = null
        const rooms = roomPair(undefined, envelope => {
          if (passed++ !== which) return [envelope]
          const altered = alter(envelope, at, bit)
          meaning = JSON.stringify(decodePairing(altered)) === JSON.stringify(decodePairing(envelope))
          return [altered]
        })
        const timers = manualTimers()
        rooms.connect()
        const { sender, receiver } = both(rooms, offered, link, { timers })
        await settle()
        // JSON has more than one form for the same: then nothing was altered.
        if (meaning === true) return
        await timers.pass(60_000)
        await settle()
        expect(await sender).toBeTypeOf('string')
        if (which < 2) expect(await receiver).toBeTypeOf('string')
      }),
      { numRuns: 150 },
    )
  })

  it('is not led astray by an in-between that swaps shares for its own', async () => {
    const own = (role: Role) => {
      const run = startCpace(
        cpaceInput('room-room-room-room-ro', { ...code, secret: 'other-guess' }),
        associatedOf('', role),
      )
      return run.share
    }
    const swaps: Between[] = [
      envelope => {
        const message = decodePairing(envelope)
        return [message?.kind === 'hi' ? encodePairing({ ...message, share: own('receiver') }) : envelope]
      },
      envelope => {
        const message = decodePairing(envelope)
        return [message?.kind === 'answer' ? encodePairing({ ...message, share: own('sender') }) : envelope]
      },
      // Each side's envelopes come back to itself.
      envelope => [envelope, envelope],
    ]
    for (const swap of swaps.slice(0, 2)) {
      const rooms = roomPair(undefined, swap)
      rooms.connect()
      const { sender, receiver } = both(rooms, offered, code)
      expect([await sender, await receiver]).toEqual(['wrong_code', 'wrong_code'])
    }
    const rooms = roomPair(undefined, swaps[2])
    rooms.connect()
    const { sender, receiver } = both(rooms, offered, code)
    expectFit(await keysOf(sender), await keysOf(receiver))
  })

  it('takes no point that is none, and none that would give the key away', async () => {
    for (const share of [new Uint8Array(32), new Uint8Array(32).fill(255)]) {
      const rooms = roomPair()
      rooms.connect()
      const sender = outcome(pair(rooms.sender, 'sender', offered))
      await rooms.receiver.signal(encodePairing({ kind: 'hi', via: 'code', share }))
      expect(await sender).toBe('wrong_code')
      const other = roomPair()
      other.connect()
      const receiver = outcome(pair(other.receiver, 'receiver', [code]))
      await other.sender.signal(encodePairing({ kind: 'answer', share, confirm: new Uint8Array(64) }))
      expect(await receiver).toBe('wrong_code')
    }
  })

  it('answers a code once, however often it is asked', async () => {
    const rooms = roomPair()
    rooms.connect()
    const sender = outcome(pair(rooms.sender, 'sender', offered))
    const guess = (secret: string) =>
      startCpace(
        cpaceInput(rooms.sender.id, { via: 'code', secret }),
        associatedOf(rooms.sender.id, 'receiver'),
      ).share
    await rooms.receiver.signal(encodePairing({ kind: 'hi', via: 'code', share: guess('first-guess') }))
    await settle()
    expect(rooms.log.filter(({ from }) => from === 'sender')).toHaveLength(1)
    // Cut before the confirmation, which would have been wrong, and try the next word.
    rooms.cut()
    rooms.connect()
    await rooms.receiver.signal(encodePairing({ kind: 'hi', via: 'code', share: guess('second-guess') }))
    expect(await sender).toBe('wrong_code')
    await settle()
    const answers = rooms.log.filter(({ from }) => from === 'sender')
    expect(answers.map(({ envelope }) => decodePairing(envelope)?.kind)).toEqual(['answer', 'refused'])
    expect(rooms.hasLeft('sender')).toBe(true)
  })

  it('goes on where a lost connection broke it off, at every envelope', async () => {
    for (let lost = 0; lost < 3; lost++) {
      let passed = 0
      const rooms = roomPair(undefined, envelope => (passed++ === lost ? [] : [envelope]))
      rooms.connect()
      const sender = outcome(pair(rooms.sender, 'sender', offered))
      let receiver = outcome(pair(rooms.receiver, 'receiver', [code]))
      await settle()
      rooms.cut()
      // The receiver that had sent its confirmation has its keys, and pairs again with them.
      if (lost === 2)
        receiver = outcome(
          pair(rooms.receiver, 'receiver', [{ via: 'again', secret: (await keysOf(receiver)).again }]),
        )
      rooms.connect()
      expectFit(await keysOf(sender), await keysOf(receiver))
    }
  })

  it('takes no keys for good that were made before the other side came anew', async () => {
    const rooms = roomPair()
    rooms.connect()
    let isLost = false
    // The hub took the confirmation, and says so after the sender was lost and came back.
    const signal: Room['signal'] = async envelope => {
      await rooms.receiver.signal(envelope)
      if (isLost || decodePairing(envelope)?.kind !== 'confirm') return
      isLost = true
      rooms.cut()
      rooms.connect()
      await settle()
    }
    const receiver = Object.create(rooms.receiver, { signal: { value: signal } }) as Room
    const pairing = both({ sender: rooms.sender, receiver }, offered, code)
    expectFit(await keysOf(pairing.sender), await keysOf(pairing.receiver))
  })

  it('begins anew when the receiver comes back after a reload in the middle of pairing by link', async () => {
    const rooms = roomPair(undefined, (envelope, from) =>
      from === 'sender' && reloads-- > 0 ? [] : [envelope],
    )
    let reloads = 1
    rooms.connect()
    const sender = outcome(pair(rooms.sender, 'sender', offered))
    const gone = new AbortController()
    const before = outcome(pair(rooms.receiver, 'receiver', [link], { signal: gone.signal }))
    await settle()
    gone.abort()
    expect(await before).toBe('cancelled')
    const receiver = outcome(pair(rooms.receiver, 'receiver', [link]))
    expectFit(await keysOf(sender), await keysOf(receiver))
  })

  /** A receiver by code that is loaded anew after the sender answered; `lost` never arrives. */
  const reloadedBefore = async (lost: 'answer' | 'confirm') => {
    const seed = toBase64url(crypto.getRandomValues(new Uint8Array(32)))
    let isOver = false
    const rooms = roomPair(undefined, envelope =>
      !isOver && decodePairing(envelope)?.kind === lost ? [] : [envelope],
    )
    rooms.connect()
    const sender = outcome(pair(rooms.sender, 'sender', offered))
    const gone = new AbortController()
    let again: string | null = null
    const proven = (secret: string) => {
      again = secret
    }
    const page: Secret = { ...code, run: { seed, wasBegun: false, proven } }
    const before = outcome(pair(rooms.receiver, 'receiver', [page], { signal: gone.signal }))
    await settle()
    gone.abort()
    isOver = true
    const reloaded: Secret = { ...code, run: { seed, wasBegun: true, proven } }
    return { rooms, sender, before, reloaded, again: again as string | null }
  }

  it('does not use up the code when the receiver is loaded anew before the answer came', async () => {
    const { rooms, sender, before, reloaded, again } = await reloadedBefore('answer')
    expect([await before, again]).toEqual(['cancelled', null])
    const receiver = outcome(pair(rooms.receiver, 'receiver', [reloaded]))
    rooms.cut()
    rooms.connect()
    expectFit(await keysOf(sender), await keysOf(receiver))
    const answers = rooms.log.filter(({ envelope }) => decodePairing(envelope)?.kind === 'answer')
    expect(new Set(answers.slice(0, 2).map(({ envelope }) => envelope)).size).toBe(1)
  })

  it('does not use up the code when the receiver is loaded anew before its confirmation arrived', async () => {
    const { rooms, sender, before, again } = await reloadedBefore('confirm')
    const used = await keysOf(before)
    if (again === null) throw new Error('The secret was not kept.')
    const receiver = outcome(pair(rooms.receiver, 'receiver', [{ via: 'again', secret: again }]))
    expectFit(await keysOf(sender), await keysOf(receiver))
    expect((await keysOf(receiver)).linkSend).not.toEqual(used.linkSend)
  })

  it('never seals with the keys of a run that was kept, although that was all that was kept', async () => {
    const { rooms, sender, before, reloaded } = await reloadedBefore('confirm')
    const used = await keysOf(before)
    const receiver = outcome(pair(rooms.receiver, 'receiver', [reloaded]))
    expectFit(await keysOf(sender), await keysOf(receiver))
    const keys = await keysOf(receiver)
    expect(keys.linkSend).not.toEqual(used.linkSend)
    expect(keys.signalSend).not.toEqual(used.signalSend)
    expect(keys.again).toBe(used.again)
  })

  it('takes no other run for the one that was kept, nor a wrong code with it', async () => {
    const { rooms, sender, reloaded } = await reloadedBefore('answer')
    const other: Secret = { ...reloaded, secret: 'copper-violet' }
    const receiver = outcome(pair(rooms.receiver, 'receiver', [other]))
    expect([await sender, await receiver]).toEqual(['wrong_code', 'wrong_code'])
  })

  it('takes an answer that comes twice for one, also where it led to another run', async () => {
    const rooms = roomPair(undefined, envelope =>
      decodePairing(envelope)?.kind === 'answer' ? [envelope, envelope] : [envelope],
    )
    rooms.connect()
    const seed = toBase64url(crypto.getRandomValues(new Uint8Array(32)))
    const reloaded: Secret = { ...code, run: { seed, wasBegun: true, proven: () => {} } }
    const { sender, receiver } = both(rooms, offered, reloaded)
    expectFit(await keysOf(sender), await keysOf(receiver))
  })

  it('derives the keys that clients of every version do, for ever', () => {
    const { id } = roomPair().sender
    const run = (role: Role, scalar: bigint) =>
      startCpace(cpaceInput(id, code), associatedOf(id, role), scalar)
    const sender = run('sender', 7n)
    const derived = finishRun(sender, id, 'sender', code, run('receiver', 11n).share)
    const { signalSend, signalReceive, linkSend, linkReceive, again } = derived?.keys ?? {}
    const confirm = derived?.confirmOf('sender', {
      share: sender.share,
      associated: associatedOf(id, 'sender'),
    })
    const all = {
      signalSend,
      signalReceive,
      linkSend,
      linkReceive,
      confirm,
      trust: derived?.trustOf('sender'),
    }
    const shown = Object.entries(all).map(([name, key]) => [name, toBase64url(key ?? new Uint8Array())])
    expect({ ...Object.fromEntries(shown), again }).toEqual({
      signalSend: 'rW7No_b2AdGu2qvHhII9fUARzqlo8nGFOA3dUQZtQUk',
      signalReceive: 'J580AgXZ4Daiasg6Uk1I83uLfZenbXA7jIpo4K38ZfY',
      linkSend: 'dMjJeRNbPkcbbiDdHuI5qFgcmvEyZAu-ft3vMp_fOT0',
      linkReceive: 'e5fDknKNTU1dJ4mWGhiH7jrJMOdAIIyUNP3oVGh5BpA',
      confirm: 'jGsM_ALSy0-PluhllW3qhom1xW8_lxBq1vlEhJQzKuIiDm5xUfVP04wbf1VaZWjFB5C5GCVB_MGINRlFsNiA3Q',
      trust: 'ch2WnhmjghudEopPu6mhhtE3_S8To5f6uLKUkywbsLU',
      again: 'lD3Yn-M6KLxShQx7vQBEOT7p8MCP1Vz1GJ6Cs8l_6h8',
    })
  })

  it('ends with peer_away when the other side says nothing for a minute, and waits for one that is not there', async () => {
    for (const role of ['sender', 'receiver'] as const) {
      const rooms = roomPair()
      const timers = manualTimers()
      const pairing = outcome(pair(rooms[role], role, [code], { timers }))
      await timers.pass(3_600_000)
      rooms.connect()
      await timers.pass(59_000)
      rooms.cut()
      await timers.pass(3_600_000)
      rooms.connect()
      await settle()
      expect(rooms.hasLeft(role)).toBe(false)
      await timers.pass(60_000)
      expect(await pairing).toBe('peer_away')
      await settle()
      expect(rooms.hasLeft(role)).toBe(true)
    }
  })

  it('ignores nonsense, and ends when there is too much of it', async () => {
    const nonsense = fc.oneof(
      fc.string({ maxLength: 100 }),
      fc.json().map(json => toBase64url(new TextEncoder().encode(json))),
      fc
        .record({ kind: fc.constantFrom('hi', 'confirm', 'x'), via: fc.anything(), share: fc.anything() })
        .map(value => toBase64url(new TextEncoder().encode(JSON.stringify(value)))),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(nonsense, { maxLength: 10 }), async envelopes => {
        const rooms = roomPair()
        rooms.connect()
        const sender = outcome(pair(rooms.sender, 'sender', offered))
        for (const envelope of envelopes) {
          rooms.inject('sender', envelope)
          rooms.inject('receiver', envelope)
        }
        const receiver = outcome(pair(rooms.receiver, 'receiver', [code]))
        expectFit(await keysOf(sender), await keysOf(receiver))
      }),
      { numRuns: 50 },
    )
    const rooms = roomPair()
    rooms.connect()
    const sender = outcome(pair(rooms.sender, 'sender', offered))
    for (let i = 0; i < 1000; i++) rooms.inject('sender', 'nonsense')
    expect(await sender).toBe('not_authentic')
  })

  it('stops working for one who says hi again and again', async () => {
    const rooms = roomPair()
    rooms.connect()
    const sender = outcome(pair(rooms.sender, 'sender', offered))
    for (let i = 0; i < 50; i++) {
      const { share } = startCpace(cpaceInput('', link), new Uint8Array())
      rooms.inject('sender', encodePairing({ kind: 'hi', via: 'link', share }))
    }
    expect(await sender).toBe('wrong_code')
    expect(rooms.log.length).toBeLessThan(12)
  })

  it('says why when the room ends, or whoever asked gives up', async () => {
    const rooms = roomPair()
    const { sender, receiver } = both(rooms, offered, code)
    await rooms.receiver.leave()
    expect(await sender).toBe('peer_left')
    expect(await receiver).toBe('cancelled')
    expect(await outcome(pair(rooms.sender, 'sender', offered))).toBe('peer_left')
    expect(await outcome(pair(roomPair().sender, 'sender', offered, { signal: AbortSignal.abort() }))).toBe(
      'cancelled',
    )
  })
})
