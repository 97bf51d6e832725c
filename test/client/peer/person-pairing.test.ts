import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fromBase64url, toBase64url } from '../../../client/core/base64url.ts'
import type { ByPerson, Role, Room } from '../../../client/core/peer/api.ts'
import { emojiList, emojiOf } from '../../../client/core/peer/pairing/emoji.ts'
import { pair } from '../../../client/core/peer/pairing/pairing.ts'
import {
  decodePairing,
  encodePairing,
  type PairingMessage,
} from '../../../client/core/peer/pairing/pairing-messages.ts'
import type { Paired, Side } from '../../../client/core/peer/pairing/pairing-sides.ts'
import { personReceiverSide, personSenderSide } from '../../../client/core/peer/pairing/person-sides.ts'
import { deviceSecretOf } from '../../../client/core/peer/pairing/trusted.ts'
import { manualTimers } from '../../support/manual-timers.ts'
import { roomPair } from '../../support/room-pair.ts'

const byPerson = (...trusted: string[]): ByPerson => ({ via: 'person', trusted })
const outcome = (pairing: Promise<Paired>) =>
  pairing.then(
    paired => paired,
    error => error.reason as string,
  )
const both = (rooms: { sender: Room; receiver: Room }, sender = byPerson(), receiver = byPerson()) => ({
  sender: outcome(pair(rooms.sender, 'sender', [sender])),
  receiver: outcome(pair(rooms.receiver, 'receiver', [receiver])),
})
const paired = async (pairing: Promise<Paired | string>): Promise<Paired> => {
  const result = await pairing
  if (typeof result === 'string') throw new Error(`Not paired: ${result}`)
  return result
}
const expectFit = async (pairing: ReturnType<typeof both>) => {
  const [sender, receiver] = [await paired(pairing.sender), await paired(pairing.receiver)]
  expect(sender.keys.signalSend).toEqual(receiver.keys.signalReceive)
  expect(sender.keys.linkReceive).toEqual(receiver.keys.linkSend)
  expect(sender.keys.again).toBe(receiver.keys.again)
  return [sender, receiver] as const
}
const settle = async () => {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate)
}
const names = (again: string) => emojiOf(again).map(({ name }) => name)

const id = 'room-room-room-room-ro'
const secretOf = (character: string) => character.repeat(43)

/** The shares are the same in every run of these tests: a chance of 2^-24 either never comes or always. */
let drawn = 0
beforeEach(() => {
  drawn = 0
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(array => {
    const bytes = new Uint8Array((array as Uint8Array).buffer)
    bytes.set(createHash('sha512').update(`draw ${drawn++}`).digest().subarray(0, bytes.length))
    return array
  })
})
afterEach(() => vi.restoreAllMocks())

/** A party with a step at a time. */
const party = (side: Side) => {
  let result: Paired | null = null
  let failure: string | null = null
  const step = (made: ReturnType<Side['received']>): PairingMessage | null => {
    result = made?.paired ?? result
    failure = made?.failed?.reason ?? failure
    return made?.send ?? null
  }
  return {
    appeared: () => step(side.appeared()),
    hears: (message: PairingMessage | null) => message && step(side.received(message)),
    get keys() {
      return result?.keys ?? null
    },
    get via() {
      return result?.via ?? null
    },
    get failure() {
      return failure
    },
  }
}
type Party = ReturnType<typeof party>
const run = (sender: Party, receiver: Party) => {
  const show = sender.hears(receiver.appeared())
  const agree = sender.hears(receiver.hears(show))
  receiver.hears(agree)
}
const senderOf = (...trusted: string[]) => party(personSenderSide(id, byPerson(...trusted)))
const receiverOf = (...trusted: string[]) => party(personReceiverSide(id, byPerson(...trusted)))

describe('pairing with a person of the hub', () => {
  it('has 64 pictures that differ, each with a name of its own', () => {
    expect(emojiList).toHaveLength(64)
    expect(new Set(emojiList.map(({ picture }) => picture)).size).toBe(64)
    expect(new Set(emojiList.map(({ name }) => name)).size).toBe(64)
    for (const { picture, name } of emojiList) {
      expect(picture).toMatch(/^\p{Emoji_Presentation}$|^\p{Emoji}\uFE0F$/u)
      expect(name).toMatch(/^[a-z]+( [a-z]+)?$/)
    }
  })

  it('shows the same four on both sides, others each time, and uses all of the list', async () => {
    const seen = new Set<string>()
    const used = new Set<string>()
    for (let i = 0; i < 60; i++) {
      const rooms = roomPair()
      if (i % 2) rooms.connect()
      const pairing = both(rooms)
      if (!(i % 2)) rooms.connect()
      const [sender, receiver] = await expectFit(pairing)
      expect([sender.via, receiver.via]).toEqual(['person', 'person'])
      expect(names(sender.keys.again)).toEqual(names(receiver.keys.again))
      expect(names(sender.keys.again)).toHaveLength(4)
      seen.add(names(sender.keys.again).join())
      for (const name of names(sender.keys.again)) used.add(name)
      expect(rooms.log).toHaveLength(4)
    }
    expect(seen.size).toBe(60)
    expect(used.size).toBeGreaterThan(50)
  })

  it('shows different ones to the two when somebody is in the middle', () => {
    for (let i = 0; i < 60; i++) {
      const [ada, bob] = [senderOf(), receiverOf()]
      const [toAda, toBob] = [receiverOf(), senderOf()]
      run(ada, toAda)
      run(toBob, bob)
      expect(ada.keys?.again).toBe(toAda.keys?.again)
      expect(bob.keys?.again).toBe(toBob.keys?.again)
      expect(names(ada.keys?.again ?? '')).not.toEqual(names(bob.keys?.again ?? ''))
    }
  })

  it('binds the receiver to its share before it sees the other, so that nobody in the middle can search', () => {
    for (let i = 0; i < 20; i++) {
      const ada = senderOf()
      const attempt = receiverOf()
      const show = ada.hears(attempt.appeared())
      // Having seen Ada's share, another of its own would suit the attacker better.
      const better = receiverOf()
      better.appeared()
      const open = better.hears(show)
      expect(ada.hears(open)).toEqual({ kind: 'refused' })
      expect(ada.failure).toBe('not_authentic')
      expect(ada.keys).toBeNull()
    }
  })

  it('never answers two shares with the same one, and begins few runs', () => {
    const ada = senderOf()
    const shown = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const answer = ada.hears(receiverOf().appeared())
      if (answer?.kind === 'show') shown.add(toBase64url(answer.share))
    }
    expect(shown.size).toBe(4)
    expect(ada.failure).toBe('not_authentic')

    const bob = receiverOf()
    const opened = new Set<string>()
    let said = bob.appeared()
    for (let i = 0; i < 20 && !bob.failure; i++) {
      const eve = senderOf()
      const open = bob.hears(eve.hears(said))
      if (open?.kind === 'open') opened.add(toBase64url(open.share))
      // A second share for the one that Bob just opened is not looked at.
      expect(bob.hears(senderOf().hears(receiverOf().appeared()))).toBeNull()
      expect(bob.appeared()).toMatchObject({ kind: 'hi', via: 'again' })
      said = bob.hears({ kind: 'refused' })
    }
    expect(opened.size).toBe(4)
    expect(bob.failure).toBe('not_authentic')
  })

  it('commits to the same share until it is opened, whoever makes it appear again', () => {
    const bob = receiverOf()
    expect(bob.appeared()).toEqual(bob.appeared())
  })

  it('finds every bit that was changed in any of the four envelopes', async () => {
    const secret = secretOf('a')
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.nat(600), fc.nat(7), async (which, at, bit) => {
        let passed = 0
        let isSame = false
        const rooms = roomPair(undefined, envelope => {
          if (passed++ !== which) return [envelope]
          const bytes = fromBase64url(envelope) ?? new Uint8Array()
          const place = at % bytes.length
          bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
          const altered = toBase64url(bytes)
          isSame = JSON.stringify(decodePairing(altered)) === JSON.stringify(decodePairing(envelope))
          return [altered]
        })
        const timers = manualTimers()
        rooms.connect()
        const sender = outcome(pair(rooms.sender, 'sender', [byPerson(secret)], { timers }))
        const receiver = outcome(pair(rooms.receiver, 'receiver', [byPerson(secret)], { timers }))
        await settle()
        if (isSame) return
        await timers.pass(60_000)
        await settle()
        expect(await receiver).toBeTypeOf('string')
        if (which < 3) expect(await sender).toBeTypeOf('string')
      }),
      { numRuns: 200 },
    )
  })

  it('goes on where a lost connection broke it off, at every envelope', async () => {
    for (let lost = 0; lost < 4; lost++) {
      let passed = 0
      const rooms = roomPair(undefined, envelope => (passed++ === lost ? [] : [envelope]))
      rooms.connect()
      const receiver = outcome(pair(rooms.receiver, 'receiver', [byPerson()]))
      let sender = outcome(pair(rooms.sender, 'sender', [byPerson()]))
      await settle()
      rooms.cut()
      // The sender that had said its last word has its keys, and pairs again with them.
      if (lost === 3) {
        const { keys } = await paired(sender)
        sender = outcome(pair(rooms.sender, 'sender', [{ via: 'again', secret: keys.again }]))
      }
      rooms.connect()
      const [one, other] = await expectFit({ sender, receiver })
      expect(names(one.keys.again)).toEqual(names(other.keys.again))
    }
  })

  it('never takes a code, a link or nothing at all for the other way in', async () => {
    const secret = { via: 'code', secret: 'copper-violin' } as const
    for (const isSender of [true, false]) {
      const rooms = roomPair()
      const timers = manualTimers()
      rooms.connect()
      const sender = outcome(pair(rooms.sender, 'sender', [isSender ? byPerson() : secret], { timers }))
      const receiver = outcome(pair(rooms.receiver, 'receiver', [isSender ? secret : byPerson()], { timers }))
      await settle()
      await timers.pass(60_000)
      expect(await sender).toBeTypeOf('string')
      expect(await receiver).toBeTypeOf('string')
    }
  })

  it('takes no point that is none, and none that would give the key away', async () => {
    for (const share of [new Uint8Array(32), new Uint8Array(32).fill(255)]) {
      const bob = receiverOf()
      bob.appeared()
      expect(bob.hears({ kind: 'show', share })).toEqual({ kind: 'refused' })
      expect(bob.failure).toBe('not_authentic')
    }
  })

  it('ignores nonsense', async () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
    const nonsense = fc.oneof(
      fc.json().map(json => toBase64url(new TextEncoder().encode(json))),
      fc
        .record({
          kind: fc.constantFrom('open', 'agree', 'show', 'commit'),
          share: fc.anything(),
          confirm: bytes(64).map(toBase64url),
          proofs: fc.oneof(fc.anything(), fc.array(fc.string(), { maxLength: 40 })),
          commit: fc.anything(),
        })
        .map(value => toBase64url(new TextEncoder().encode(JSON.stringify(value)))),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(nonsense, { maxLength: 10 }), async envelopes => {
        const rooms = roomPair()
        rooms.connect()
        const pairing = both(rooms)
        for (const envelope of envelopes)
          for (const role of ['sender', 'receiver'] as const satisfies Role[]) rooms.inject(role, envelope)
        await expectFit(pairing)
      }),
      { numRuns: 50 },
    )
  })

  it('reads back what it writes', () => {
    const share = new Uint8Array(32).fill(7)
    const long = new Uint8Array(64).fill(9)
    const messages: PairingMessage[] = [
      { kind: 'commit', commit: long },
      { kind: 'show', share },
      { kind: 'open', share, confirm: long, proofs: [share, share] },
      { kind: 'agree', confirm: long, proofs: [] },
    ]
    for (const message of messages) expect(decodePairing(encodePairing(message))).toEqual(message)
  })
})

describe('a trusted device', () => {
  it('is known by what both kept of an earlier pairing, among others, and is not known otherwise', async () => {
    const rooms = roomPair()
    rooms.connect()
    const [first] = await expectFit(both(rooms))
    const kept = deviceSecretOf(first.keys.again)
    expect(fromBase64url(kept)).toHaveLength(32)
    expect(kept).not.toBe(first.keys.again)
    const cases: [string[], string[], string, string][] = [
      [[kept], [kept], 'trusted', 'trusted'],
      [[secretOf('a'), kept], [kept, secretOf('b')], 'trusted', 'trusted'],
      [[kept], [], 'person', 'person'],
      [[], [kept], 'person', 'person'],
      [[kept], [secretOf('a')], 'person', 'person'],
    ]
    for (const [ours, theirs, sender, receiver] of cases) {
      const again = roomPair('room-room-room-room-r2')
      again.connect()
      const fit = await expectFit(both(again, byPerson(...ours), byPerson(...theirs)))
      expect(fit.map(({ via }) => via)).toEqual([sender, receiver])
      expect(deviceSecretOf(fit[0].keys.again)).not.toBe(kept)
    }
  })

  it('cannot be forged or borrowed by somebody in the middle', () => {
    const kept = secretOf('k')
    const [ada, bob] = [senderOf(kept), receiverOf(kept)]
    const [toAda, toBob] = [receiverOf(), senderOf()]
    const shownToBob = toBob.hears(bob.appeared())
    const openOfBob = bob.hears(shownToBob)
    const openToAda = toAda.hears(ada.hears(toAda.appeared()))
    if (openOfBob?.kind !== 'open' || openToAda?.kind !== 'open') throw new Error('Nothing was opened.')
    expect(openOfBob.proofs).toHaveLength(1)
    // Bob's proof beside the attacker's own share: the confirmation does not cover it.
    expect(ada.hears({ ...openToAda, proofs: openOfBob.proofs })).toEqual({ kind: 'refused' })
    expect(ada.keys).toBeNull()
    bob.hears(toBob.hears(openOfBob))
    expect(bob.via).toBe('person')
  })

  it('cannot be borrowed either by an attacker who confirms honestly with a proof of another run', () => {
    const kept = secretOf('k')
    const bob = receiverOf(kept)
    const eve = senderOf()
    const open = bob.hears(eve.hears(bob.appeared()))
    const proofs = open?.kind === 'open' ? open.proofs : []
    // Sent back to who made it, or with any other bytes.
    for (const forged of [proofs, [new Uint8Array(32)]]) {
      const [ada, mallory] = [senderOf(kept), receiverOf(toBase64url(forged[0] ?? new Uint8Array()))]
      run(ada, mallory)
      expect([ada.via, mallory.via]).toEqual(['person', 'person'])
    }
  })

  it('is not forgotten on one side alone: a proof that was left out on the way ends the pairing', () => {
    const kept = secretOf('k')
    const [ada, bob] = [senderOf(kept), receiverOf(kept)]
    const open = bob.hears(ada.hears(bob.appeared()))
    const agree = ada.hears(open)
    if (agree?.kind !== 'agree') throw new Error('Not agreed.')
    expect(ada.via).toBe('trusted')
    expect(bob.hears({ ...agree, proofs: [] })).toEqual({ kind: 'refused' })
    expect(bob.keys).toBeNull()
  })
})
