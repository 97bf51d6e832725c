import { afterEach, describe, expect, test } from 'vitest'
import { subtleSha256 } from '../../../client/core/hashing.ts'
import { newId } from '../../../client/core/new-id.ts'
import type { PeerOffer } from '../../../client/core/peer/api.ts'
import type { OwnLink } from '../../../client/core/peer/link/link.ts'
import type { TransferEvents } from '../../../client/core/peer/transfer/events.ts'
import {
  createOfferReader,
  makeOffer,
  offerMessages,
  safeName,
} from '../../../client/core/peer/transfer/offer.ts'
import { createReceiver } from '../../../client/core/peer/transfer/receiver.ts'
import { createSender } from '../../../client/core/peer/transfer/sender.ts'
import { createWire, type WireEvents } from '../../../client/core/peer/transfer/wire.ts'
import { systemTimers } from '../../../client/core/timers.ts'
import { hexToBytes } from '../../../protocol/digest.ts'
import type { WherryError } from '../../../protocol/errors.ts'
import { type PeerMessage, peerLimits } from '../../../protocol/peer.ts'
import { someBytes } from '../memory-source.ts'
import { linkPair } from './link-pair.ts'
import { memoryCarriers } from './memory-carriers.ts'
import { memoryPeerSource, memoryStore, sha256Hex } from './memory-files.ts'

const MiB = 2 ** 20
const links: OwnLink[] = []
afterEach(() => {
  for (const link of links.splice(0)) link.abandon()
})

const joinedLinks = async () => {
  const pair = await linkPair()
  const [x, y] = memoryCarriers('direct')
  pair[0].addCarrier(x)
  pair[1].addCarrier(y)
  links.push(...pair)
  return pair
}

/** Events of a side, whose failure is what a test looks at. */
const watched = (change: Partial<TransferEvents> = {}) => {
  const failure = Promise.withResolvers<WherryError>()
  const events: TransferEvents = {
    offered() {},
    running() {},
    progress() {},
    moved() {},
    paused() {},
    done() {},
    endedByPeer() {},
    failed: error => failure.resolve(error),
    ...change,
  }
  return { events, failed: failure.promise }
}

/** Hears nothing. */
const silent: WireEvents = { message() {}, slice() {}, root() {}, arrived() {}, broken() {} }

/** A receiver that accepts everything, and the other end of its link in hostile hands. */
const receiverUnderAttack = async () => {
  const [bad, good] = await joinedLinks()
  const store = memoryStore()
  const { events, failed } = watched({ offered: () => queueMicrotask(() => receiver.accept()) })
  const receiver = createReceiver({ store, sha256: subtleSha256, timers: systemTimers, events })
  receiver.attach(good)
  const heard: string[] = []
  const wire = createWire(bad, { ...silent, message: ({ kind }) => heard.push(kind) })
  const say = (json: unknown) => {
    const text = new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json))
    return bad.send(Uint8Array.of(1, ...text))
  }
  return { bad, wire, say, heard, store, failed }
}

const offer = (files: number) => ({ kind: 'offer', transfer: newId(), from: 'Eve', text: null, files })
const file = (path: unknown, size: unknown = 1, kind = 'file') => ({ path, kind, size, modifiedAt: 0 })

describe('a receiver', () => {
  for (const [what, files] of [
    ['a path that leads out', [file(['..', 'x'])]],
    ['a separator in a name', [file(['a/b'])]],
    ['a backslash in a name', [file(['..\\x'])]],
    ['a NUL in a name', [file(['a\0b'])]],
    ['an empty name', [file([''])]],
    ['an absolute path', [file(['/etc/passwd'])]],
    ['no path', [file([])]],
    ['a path that is no list', [file('a')]],
    ['a path that is too deep', [file(Array(500).fill('a'))]],
    ['a size that is no number', [file(['a'], '1')]],
    ['an absurd size', [file(['a'], 1e300)]],
    ['a negative size', [file(['a'], -1)]],
    ['a folder with bytes', [file(['a'], 5, 'folder')]],
    ['the same path twice', [file(['a']), file(['A'])]],
    ['a file that is a folder too', [file(['a']), file(['a', 'b'])]],
    ['more bytes than a number holds', Array.from({ length: 9 }, (_, i) => file([`${i}`], 2 ** 50))],
    ['a key that is not known', [{ ...file(['a']), run: 'it' }]],
  ] as const)
    test(`refuses an offer with ${what}`, async () => {
      const { say, failed, store } = await receiverUnderAttack()
      await say(offer(files.length))
      await say({ kind: 'files', files })
      expect((await failed).reason).toBe('invalid_message')
      expect(store.reserved).toBe(0)
    })

  for (const [what, message] of [
    ['what is no JSON', '{'],
    ['what is no message', { kind: 'execute' }],
    ['more files than it takes', offer(1e9)],
    ['files before an offer', { kind: 'files', files: [file(['a'])] }],
    ['a message of the receiver', { kind: 'accept' }],
    ['deep nesting', '['.repeat(30_000)],
  ] as const)
    test(`refuses ${what}`, async () => {
      const { say, failed } = await receiverUnderAttack()
      await say(message)
      expect((await failed).reason).toBe('invalid_message')
    })

  test('refuses a control message without end', async () => {
    const { bad, failed } = await receiverUnderAttack()
    const part = new Uint8Array(60_000).fill(32)
    part[0] = 4
    const flood = (async () => {
      for (let i = 0; i < 100; i++) await bad.send(part)
    })()
    flood.catch(() => {})
    expect((await failed).reason).toBe('invalid_message')
  })

  test('refuses empty parts of a control message', async () => {
    const { bad, failed } = await receiverUnderAttack()
    await bad.send(Uint8Array.of(4))
    expect((await failed).reason).toBe('invalid_message')
  })

  test('refuses another offer than the one that is looked at, before it is accepted', async () => {
    const store = memoryStore()
    const offered: PeerOffer[] = []
    const { events, failed } = watched({ offered: one => offered.push(one) })
    const receiver = createReceiver({ store, sha256: subtleSha256, timers: systemTimers, events })
    const transfer = newId()
    for (const name of ['photo.jpg', '.bashrc']) {
      const [bad, good] = await joinedLinks()
      receiver.attach(good)
      const made = makeOffer([memoryPeerSource([name], 1)], { transfer, from: 'Eve', text: null })
      const wire = createWire(bad, silent)
      for (const message of offerMessages(made)) await wire.tell(message)
      await expect.poll(() => offered).toHaveLength(1)
    }
    expect((await failed).reason).toBe('file_changed')
    receiver.accept()
    expect(offered[0]?.files[0]?.path).toEqual(['photo.jpg'])
    expect(store.reserved).toBe(0)
  })

  test('reads an offer in as many messages as it has files about as fast as one in few', () => {
    const files = Array.from({ length: peerLimits.files }, (_, i) => file([`${i}`]))
    const readMs = (perMessage: number): number => {
      const reader = createOfferReader()
      const begunMs = performance.now()
      reader.add(offer(files.length) as Extract<PeerMessage, { kind: 'offer' }>)
      let whole: PeerOffer | null = null
      for (let at = 0; at < files.length; at += perMessage) {
        const page = { kind: 'files', files: files.slice(at, at + perMessage) }
        whole = reader.add(page as Extract<PeerMessage, { kind: 'files' }>)
      }
      expect(whole?.files).toHaveLength(files.length)
      return performance.now() - begunMs
    }
    const pages = readMs(peerLimits.filesPage)
    expect(readMs(1)).toBeLessThan(8 * pages)
  })

  /** An offer of one file that was accepted and wanted. */
  const wanted = async (size: number) => {
    const attack = await receiverUnderAttack()
    await attack.say(offer(1))
    await attack.say({ kind: 'files', files: [file(['a'], size)] })
    await expect.poll(() => attack.heard).toContain('want')
    return attack
  }
  const chunk = someBytes(MiB)
  const hash = hexToBytes(sha256Hex(chunk))

  test('refuses a chunk that is not what its hash says', async () => {
    const { wire, failed } = await wanted(MiB)
    await wire.sendChunk(0, 0, hash, someBytes(MiB, 2))
    expect((await failed).reason).toBe('chunk_mismatch')
  })

  test('refuses a root that is not of the chunks', async () => {
    const { wire, failed, store } = await wanted(MiB)
    await wire.sendChunk(0, 0, hash, chunk)
    await wire.sendRoot(0, hash)
    expect((await failed).reason).toBe('chunk_mismatch')
    expect(store.finished.size).toBe(0)
  })

  for (const [what, index, number, bytes] of [
    ['a chunk of another file', 7, 0, chunk],
    ['a chunk behind the end', 0, 2, chunk],
    ['a chunk that is too long', 0, 1, chunk],
  ] as const)
    test(`refuses ${what}`, async () => {
      const { wire, failed } = await wanted(MiB + 5)
      await wire.sendChunk(index, number, hash, bytes)
      expect((await failed).reason).toBe('invalid_message')
    })

  test('refuses a chunk twice', async () => {
    const { wire, failed } = await wanted(3 * MiB)
    await wire.sendChunk(0, 0, hash, chunk)
    await wire.sendChunk(0, 0, hash, chunk)
    expect((await failed).reason).toBe('invalid_message')
  })

  test('refuses more than it gave credit for', async () => {
    const { wire, failed, store } = await wanted(100 * MiB)
    // Nothing becomes durable, so nothing is given back.
    store.block()
    for (let i = 0; i < 34; i++) await wire.sendChunk(0, i, hash, chunk).catch(() => {})
    expect((await failed).reason).toBe('window_overrun')
  })
})

describe('a sender', () => {
  const senderUnderAttack = async () => {
    const [good, bad] = await joinedLinks()
    const { events, failed } = watched()
    const sources = [memoryPeerSource(['a'], 2 * MiB)]
    const made = makeOffer(sources, { transfer: newId(), from: '', text: null })
    createSender({ offer: made, sources, sha256: subtleSha256, events }).attach(good)
    const say = (json: unknown) =>
      bad.send(Uint8Array.of(1, ...new TextEncoder().encode(JSON.stringify(json))))
    return { say, bad, failed }
  }
  for (const [what, message] of [
    ['a wish for a file that is not on offer', { kind: 'want', files: [1] }],
    ['the same wish twice', { kind: 'want', files: [0, 0] }],
    ['hashes behind the end', { kind: 'have', file: 0, from: 2, hashes: ['0'.repeat(64)] }],
    ['hashes that are none', { kind: 'have', file: 0, from: 0, hashes: ['x'] }],
    ['negative credit', { kind: 'progress', credit: -1, doneBytes: 0, doneFiles: 0 }],
    ['an offer', offer(0)],
  ] as const)
    test(`refuses ${what}`, async () => {
      const { say, failed } = await senderUnderAttack()
      await say(message)
      expect((await failed).reason).toBe('invalid_message')
    })

  test('refuses bytes', async () => {
    const { bad, failed } = await senderUnderAttack()
    await bad.send(new Uint8Array(100).fill(2))
    expect((await failed).reason).toBe('invalid_message')
  })

  test('offers names that every receiver takes, each once', () => {
    const names = ['a\\b', '..', 'a\nb', 'x'.repeat(300), 'same', 'SAME', 'same']
    const sources = [
      ...names.map(name => memoryPeerSource([name], 1)),
      memoryPeerSource(['same', 'below'], 1),
      memoryPeerSource(['same', 'too'], 1),
    ]
    const { files } = makeOffer(sources, { transfer: newId(), from: '', text: null })
    expect(files.map(({ path }) => path.join('/'))).toEqual([
      'a_b',
      '_',
      'a_b (2)',
      'x'.repeat(255),
      'same',
      'SAME (2)',
      'same (3)',
      'same (4)/below',
      'same (4)/too',
    ])
    expect(safeName('')).toBe('_')
  })
})
