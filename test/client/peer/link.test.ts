import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerLink } from '../../../client/core/peer/api.ts'
import { createInbox } from '../../../client/core/peer/link/inbox.ts'
import { createPlain, frameKinds, frameMemory, plainBytesFor } from '../../../client/core/peer/link/layout.ts'
import { createSealer } from '../../../client/core/peer/link/sealer.ts'
import { nodeCipher } from '../../../client/node/peer/cipher.ts'
import { isReason, type WherryError } from '../../../protocol/errors.ts'
import { someBytes } from '../memory-source.ts'
import { linkPair, somePairKeys } from './link-pair.ts'
import { memoryCarriers, type OnWay } from './memory-carriers.ts'

const KiB = 1024

/** Resolves with so many messages of the link. */
const arrivals = (link: PeerLink, count: number) =>
  new Promise<Uint8Array[]>(resolve => {
    const messages: Uint8Array[] = []
    link.onMessage(message => {
      messages.push(message.slice())
      if (messages.length === count) resolve(messages)
    })
  })

const closing = (link: PeerLink) => new Promise<WherryError | null>(resolve => void link.onClose(resolve))

const sendAll = async (link: PeerLink, messages: readonly Uint8Array[]) => {
  for (const message of messages) await link.send(message)
}

const someMessages = (lengths: readonly number[]) => lengths.map((length, i) => someBytes(length, i + 1))

/** Passes so many messages, and cuts with the next. */
const cutAfter = (messages: number, cut: () => void): OnWay => {
  let passed = 0
  return message => {
    if (passed++ < messages) return [message]
    cut()
    return []
  }
}

describe('a link', () => {
  test('acknowledges by what it answers at once, without a frame for that alone', async () => {
    const [a, b] = await linkPair()
    const [x, y] = memoryCarriers('direct')
    a.addCarrier(x)
    b.addCarrier(y)
    b.onMessage(message => void b.send(message))
    const rounds = 8
    for (let i = 1; i <= rounds; i++) {
      const answer = arrivals(a, 1)
      await a.send(someBytes(KiB, i))
      await answer
      // Longer than an ack waits for company.
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    // Besides: a ping, a pong.
    expect(y.sentMessages).toBeGreaterThanOrEqual(rounds)
    expect(y.sentMessages).toBeLessThan(rounds + 4)
    a.abandon()
    b.abandon()
  })

  test.each([
    ['WebCrypto', undefined],
    ['node:crypto', nodeCipher],
  ])('brings every message once and in order, wherever its carriers are cut, by %s', async (_, cipher) => {
    const lengths = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 60_000 })),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    const cuts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(lengths, lengths, cuts, async (there, back, after) => {
        const [a, b] = await linkPair(cipher)
        let isOver = false
        const join = () => {
          if (isOver) return
          const count = after.shift()
          const way = memoryCarriers('relayed', {
            onWay: count === undefined ? message => [message] : cutAfter(count, () => way.cut()),
          })
          way[0].onClose(join)
          a.addCarrier(way[0])
          b.addCarrier(way[1])
        }
        join()
        const sent = [someMessages(there), someMessages(back)] as const
        const arrived = Promise.all([arrivals(b, there.length), arrivals(a, back.length)])
        await Promise.all([sendAll(a, sent[0]), sendAll(b, sent[1])])
        expect(await arrived).toEqual(sent)
        isOver = true
        a.abandon()
        b.abandon()
      }),
      { numRuns: 60 },
    )
  })

  test('drops what comes twice and orders what comes late, over several carriers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async whims => {
        const whim = () => whims.next().value as number
        const onWay: OnWay = async message => {
          const now = whim()
          if (now > 7) await new Promise(resolve => setTimeout(resolve, now - 6))
          return now < 2 ? [message, message] : [message]
        }
        const [a, b] = await linkPair()
        for (const kind of ['relayed', 'direct', 'turned'] as const) {
          const [x, y] = memoryCarriers(kind, { onWay })
          a.addCarrier(x)
          b.addCarrier(y)
        }
        const messages = someMessages(Array.from({ length: 60 }, () => whim() * 4000))
        const arrived = arrivals(b, messages.length)
        await sendAll(a, messages)
        expect(await arrived).toEqual(messages)
        a.abandon()
        b.abandon()
      }),
      { numRuns: 20 },
    )
  })

  test('ends with not_authentic when a frame was altered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const [a, b] = await linkPair()
        const [x, y] = memoryCarriers('relayed', {
          onWay(message) {
            // Behind tag and length: those name the link and part the frames, and carry nothing.
            const at = 8 + (place % (message.length - 8))
            message[at] = (message[at] ?? 0) ^ change
            return [message]
          },
        })
        const closed = Promise.race([closing(a), closing(b)])
        a.addCarrier(x)
        b.addCarrier(y)
        await a.send(someBytes(500))
        expect(isReason(await closed, 'not_authentic')).toBe(true)
        a.abandon()
        b.abandon()
      }),
      { numRuns: 40 },
    )
  })

  test('leaves a carrier that is up and brings nothing', async () => {
    const [a, b] = await linkPair()
    const direct = memoryCarriers('direct')
    const relayed = memoryCarriers('relayed')
    for (const way of [relayed, direct]) {
      a.addCarrier(way[0])
      b.addCarrier(way[1])
    }
    const first = arrivals(b, 1)
    await a.send(someBytes(10))
    await first
    await expect.poll(() => a.path).toBe('direct')
    for (const end of direct) end.isSilent = true
    const messages = someMessages(Array.from({ length: 50 }, () => 60 * KiB))
    const arrived = arrivals(b, messages.length)
    const begun = performance.now()
    await sendAll(a, messages)
    expect(await arrived).toEqual(messages)
    expect(performance.now() - begun).toBeLessThan(5000)
    expect(a.path).toBe('relayed')
    a.abandon()
    b.abandon()
  })

  test('leaves a carrier that never drains', async () => {
    const [a, b] = await linkPair()
    const direct = memoryCarriers('direct')
    const relayed = memoryCarriers('relayed')
    direct[0].drained = () => new Promise(() => {})
    for (const way of [relayed, direct]) {
      a.addCarrier(way[0])
      b.addCarrier(way[1])
    }
    await expect.poll(() => a.path).toBe('direct')
    const arrived = arrivals(b, 60)
    const begun = performance.now()
    await sendAll(a, someMessages(Array.from({ length: 60 }, () => 60 * KiB)))
    await arrived
    expect(performance.now() - begun).toBeLessThan(4000)
    a.abandon()
    b.abandon()
  })

  test('uses the faster of two carriers, and the direct one where they are about equal', async () => {
    for (const { direct, relayed, path } of [
      { direct: 2000, relayed: 20_000, path: 'relayed' },
      { direct: 20_000, relayed: 20_000, path: 'direct' },
    ] as const) {
      const [a, b] = await linkPair()
      for (const way of [
        memoryCarriers('relayed', { bytesPerMs: relayed }),
        memoryCarriers('direct', { bytesPerMs: direct }),
      ]) {
        a.addCarrier(way[0])
        b.addCarrier(way[1])
      }
      const until = performance.now() + 9000
      const message = someBytes(60 * KiB)
      const used = { direct: 0, relayed: 0, turned: 0 }
      while (performance.now() < until) {
        await a.send(message)
        if (a.path) used[a.path]++
      }
      const other = path === 'direct' ? 'relayed' : 'direct'
      expect(used[path]).toBeGreaterThan(used[other])
      a.abandon()
      b.abandon()
    }
  })

  test('takes no more than it may have on its way', async () => {
    const [a] = await linkPair()
    let taken = 0
    const filling = (async () => {
      for (;;) {
        await a.send(someBytes(60 * KiB))
        taken += 60 * KiB
      }
    })()
    filling.catch(() => {})
    await expect.poll(() => taken).toBeGreaterThan(7.9 * KiB * KiB)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(taken).toBeLessThan(8.1 * KiB * KiB)
    a.abandon()
    await expect(filling).rejects.toThrow()
  })

  test('keeps many small messages in little more memory than they fill', async () => {
    const [a, b] = await linkPair(nodeCipher)
    const before = process.memoryUsage().arrayBuffers
    for (const message of someMessages(new Array(4096).fill(KiB))) {
      await a.send(message)
      // So that each has a frame of its own.
      await new Promise(setImmediate)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * KiB * KiB)
    a.abandon()
    b.abandon()
  })

  test('ends for both once everything has arrived', async () => {
    const [a, b] = await linkPair()
    const [x, y] = memoryCarriers('direct')
    a.addCarrier(x)
    b.addCarrier(y)
    const messages = someMessages(Array.from({ length: 30 }, () => 50 * KiB))
    const arrived = arrivals(b, messages.length)
    const closed = closing(b)
    await sendAll(a, messages)
    await a.close()
    expect(await arrived).toEqual(messages)
    expect(await closed).toBeNull()
    expect(x.closed && y.closed).toBe(true)
    await expect(b.send(new Uint8Array(1))).rejects.toMatchObject({ reason: 'peer_left' })
  })

  test('packs several frames into the large messages of a carrier that takes them and is busy', async () => {
    const [a, b] = await linkPair()
    const [x, y] = memoryCarriers('relayed', { messageBytes: 256 * KiB, bytesPerMs: 20_000 })
    a.addCarrier(x)
    b.addCarrier(y)
    const arrived = arrivals(b, 200)
    await sendAll(a, someMessages(Array.from({ length: 200 }, () => 60 * KiB)))
    await arrived
    expect(x.sentMessages).toBeLessThan(150)
    a.abandon()
    b.abandon()
  })

  test('messages suit the path of now, and large frames that a lost relay did not bring arrive by a data channel', async () => {
    const [a, b] = await linkPair()
    const [relayed, far] = memoryCarriers('relayed', { messageBytes: 256 * KiB })
    a.addCarrier(relayed)
    b.addCarrier(far)
    expect(a.bestMessageBytes).toBeGreaterThan(255 * KiB)
    relayed.isSilent = true
    const messages = someMessages(Array.from({ length: 10 }, () => a.bestMessageBytes))
    const arrived = arrivals(b, messages.length)
    await sendAll(a, messages)
    relayed.close()
    const [direct, other] = memoryCarriers('direct')
    a.addCarrier(direct)
    b.addCarrier(other)
    expect(a.bestMessageBytes).toBeLessThan(64 * KiB)
    expect(await arrived).toEqual(messages)
    a.abandon()
    b.abandon()
  })
})

/** The inbox of one side, and frames of the other with one message of so many bytes. */
const someInbox = async () => {
  const { sender, receiver } = somePairKeys()
  const ours = await createSealer(receiver)
  const theirs = await createSealer(sender)
  const failures: string[] = []
  const taken: number[] = []
  const inbox = createInbox<'lane'>(ours, {
    opened: () => {},
    inOrder: () => {},
    taken: (_, bytes) => taken.push(bytes),
    failed: error => failures.push(error.reason),
  })
  const frame = async (number: number, bytes: number) => {
    const plain = createPlain(frameKinds.data, frameMemory(plainBytesFor(bytes)))
    plain.add(new Uint8Array(bytes))
    return { number, sealed: await theirs.seal(number, plain.memory, plain.length) }
  }
  return { inbox, frame, failures, taken }
}

describe('the inbox of a link', () => {
  const bytes = 200 * KiB
  /** More than it keeps of what waits for a frame before it. */
  const tooMany = 130

  test('keeps nothing of frames that it has handed on, however often they come', async () => {
    const { inbox, frame, failures, taken } = await someInbox()
    const first = await frame(0, bytes)
    expect(inbox.receive(first, 'lane')).toBe(true)
    await expect.poll(() => taken.length).toBe(1)
    for (let i = 0; i < tooMany; i++) expect(inbox.receive(first, 'lane')).toBe(false)
    expect(inbox.receive(await frame(1, bytes), 'lane')).toBe(true)
    await expect.poll(() => inbox.expected).toBe(2)
    expect(failures).toEqual([])
  })

  test('keeps no more of what waits for a frame before it than may be on its way', async () => {
    const { inbox, frame, failures } = await someInbox()
    for (let number = 1; number < tooMany && failures.length === 0; number++)
      inbox.receive(await frame(number, bytes), 'lane')
    expect(failures).toEqual(['not_authentic'])
  })

  test('takes no frame whose number is far ahead', async () => {
    const { inbox, frame, failures } = await someInbox()
    inbox.receive(await frame(64 * KiB - 1, 1), 'lane')
    expect(failures).toEqual([])
    inbox.receive(await frame(64 * KiB, 1), 'lane')
    expect(failures).toEqual(['not_authentic'])
  })
})
