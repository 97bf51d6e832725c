import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerSource, PeerTransfer } from '../../../client/core/peer/api.ts'
import { type Kept, startReceipt, startSend } from '../../../client/core/peer/session.ts'
import type { WherryError } from '../../../protocol/errors.ts'
import { someBytes } from '../memory-source.ts'
import { folderSource, type MemoryPeerSource, memoryPeerSource, memoryStore } from './memory-files.ts'
import { memoryRoom } from './memory-rooms.ts'

const MiB = 2 ** 20
const secret = { via: 'code', secret: '7-copper-violin' } as const

const until = (transfer: PeerTransfer, isSo: () => boolean) =>
  new Promise<void>(resolve => {
    const look = () => {
      if (!isSo()) return
      stop()
      resolve()
    }
    const stop = transfer.onChange(look)
    look()
  })

const expectArrived = (store: ReturnType<typeof memoryStore>, sources: readonly PeerSource[]) => {
  for (const source of sources) {
    const finished = store.finished.get(source.file.path.join('/'))
    if (source.file.kind === 'folder') expect(finished).toBeNull()
    else expect(finished?.equals((source as MemoryPeerSource).bytes)).toBe(true)
  }
}

const together = (options: Parameters<typeof memoryRoom>[0] = {}) => {
  const room = memoryRoom(options)
  room.sender.come()
  room.receiver.come()
  return room
}

type Options = {
  sources: readonly PeerSource[]
  store?: ReturnType<typeof memoryStore>
  room?: ReturnType<typeof memoryRoom>
}

/** Both sides, joined; the receiver accepts as soon as it sees the offer. */
const startBoth = ({ sources, store = memoryStore(), room = together() }: Options) => {
  const kept: { sender: Kept | null; receiver: Kept | null } = { sender: null, receiver: null }
  const startSender = () =>
    startSend({
      room: room.sender.room,
      secrets: kept.sender ? [{ via: 'again', secret: kept.sender.again }] : [secret],
      transfer: kept.sender?.transfer ?? undefined,
      sources,
      from: 'Ada',
      onKeep(now) {
        kept.sender = now
      },
    })
  const startReceiver = () => {
    const receipt = startReceipt({
      room: room.receiver.room,
      secret: kept.receiver ? { via: 'again', secret: kept.receiver.again } : secret,
      accepted: kept.receiver,
      store,
      onKeep(now) {
        kept.receiver = now
      },
    })
    if (!kept.receiver?.transfer)
      void until(receipt, () => receipt.status.phase === 'offered').then(() => receipt.accept())
    return receipt
  }
  return { room, store, kept, startSender, startReceiver, sent: startSender(), received: startReceiver() }
}

const rejection = (transfer: PeerTransfer): Promise<WherryError> =>
  transfer.finished.then(
    () => {
      throw new Error('It ended well.')
    },
    error => error,
  )

describe('a direct send', () => {
  test('brings files, folders and an empty file, after the receiver accepted', async () => {
    const room = together()
    const sources = [
      memoryPeerSource(['photos', 'a.jpg'], 3 * MiB + 17),
      folderSource(['photos', 'empty']),
      memoryPeerSource(['photos', 'nothing.txt'], 0),
      memoryPeerSource(['one.bin'], 1),
      memoryPeerSource(['exact.bin'], 2 * MiB),
    ]
    const store = memoryStore()
    const sent = startSend({ room: room.sender.room, secrets: [secret], sources, from: 'Ada', text: 'hello' })
    const received = startReceipt({ room: room.receiver.room, secret, store })
    await until(received, () => received.status.phase === 'offered')
    expect(received.status.offer).toMatchObject({ from: 'Ada', text: 'hello' })
    expect(store.writtenBytes).toBe(0)
    received.accept()
    await Promise.all([sent.finished, received.finished])
    expectArrived(store, sources)
    const total = sources.reduce((sum, { file }) => sum + file.size, 0)
    for (const { status } of [sent, received])
      expect(status).toMatchObject({
        phase: 'done',
        doneBytes: total,
        totalBytes: total,
        doneFiles: 5,
        movedBytes: total,
      })
  })
  test('brings thousands of small files', async () => {
    const sources = Array.from({ length: 3000 }, (_, i) =>
      memoryPeerSource([`folder ${i % 7}`, `${i}.txt`], i % 300),
    )
    const { sent, received, store } = startBoth({ sources })
    await Promise.all([sent.finished, received.finished])
    expectArrived(store, sources)
    expect(sent.status.doneFiles).toBe(3000)
  })

  test('goes on when a carrier is cut at any message, and writes no chunk twice', async () => {
    const sources = [
      memoryPeerSource(['a'], 5 * MiB + 1),
      memoryPeerSource(['b'], 10),
      memoryPeerSource(['c'], 2 * MiB),
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(140), { minLength: 1, maxLength: 3 }), async cuts => {
        let left = cuts.shift() ?? 0
        const room = together({
          onWay(message) {
            if (left-- > 0) return [message]
            left = cuts.shift() ?? Number.POSITIVE_INFINITY
            room.cutRelay()
            return []
          },
        })
        // The store throws for a durable chunk that comes again.
        const { sent, received, store } = startBoth({ sources, room })
        await Promise.all([sent.finished, received.finished])
        expectArrived(store, sources)
        expect(store.writtenBytes).toBe(7 * MiB + 11)
      }),
      { numRuns: 8 },
    )
  })

  test('continues on the same link when the hub forgot both for a while', async () => {
    const sources = [memoryPeerSource(['a'], 12 * MiB)]
    const room = together({ bytesPerMs: 20_000 })
    const { sent, received, store } = startBoth({ sources, room })
    await until(received, () => received.status.doneBytes > 2 * MiB)
    room.sender.go()
    room.receiver.go()
    await until(sent, () => sent.status.phase === 'waiting')
    expect(received.status.phase).toBe('waiting')
    room.sender.come()
    room.receiver.come()
    await Promise.all([sent.finished, received.finished])
    expectArrived(store, sources)
    expect(sent.status.movedBytes).toBe(12 * MiB)
  })

  for (const who of ['sender', 'receiver'] as const) {
    test(`continues with what was durable after the ${who} started anew`, async () => {
      const sources = [memoryPeerSource(['done'], MiB), memoryPeerSource(['a'], 40 * MiB)]
      const run = startBoth({ sources, room: together({ bytesPerMs: 30_000 }) })
      const { store, room } = run
      await until(run.received, () => run.received.status.doneBytes > 8 * MiB)
      await run[who === 'sender' ? 'sent' : 'received'].stop()
      room[who].go()
      const durable = store.writtenBytes
      expect(durable).toBeLessThan(41 * MiB)
      room[who].come()
      const sent = who === 'sender' ? run.startSender() : run.sent
      const received = who === 'receiver' ? run.startReceiver() : run.received
      const phases = new Set<string>()
      received.onChange(() => phases.add(received.status.phase))
      await Promise.all([sent.finished, received.finished])
      expectArrived(store, sources)
      expect(store.writtenBytes).toBe(41 * MiB)
      expect(received.status.doneBytes).toBe(41 * MiB)
      // Nobody is asked again.
      expect(phases).not.toContain('offered')
    })
  }

  test('asks again after the receiver started anew, when what is on offer is something else', async () => {
    const sources = [memoryPeerSource(['photo.jpg'], 40 * MiB)]
    const run = startBoth({ sources, room: together({ bytesPerMs: 30_000 }) })
    const { kept, store, room } = run
    await until(run.received, () => run.received.status.doneBytes > 0)
    for (const who of ['receiver', 'sender'] as const) {
      await run[who === 'sender' ? 'sent' : 'received'].stop()
      room[who].go()
      room[who].come()
    }
    const sent = startSend({
      room: room.sender.room,
      secrets: [{ via: 'again', secret: kept.sender?.again ?? '' }],
      transfer: kept.sender?.transfer ?? undefined,
      sources: [memoryPeerSource(['.bashrc'], 5)],
      from: 'Ada',
    })
    const received = run.startReceiver()
    await until(received, () => received.status.offer !== null)
    expect(received.status.phase).toBe('offered')
    received.decline()
    expect((await rejection(sent)).reason).toBe('declined')
    expect([...store.finished.keys()]).toEqual([])
    received.finished.catch(() => {})
  })

  test('tells on both sides of a slow link what arrived of a chunk, and counts nothing twice', async () => {
    const sources = [memoryPeerSource(['a'], 2 * MiB + 5)]
    const { sent, received, store } = startBoth({ sources, room: together({ bytesPerMs: 1000 }) })
    const seen = { sent: new Set<number>(), received: new Set<number>() }
    const looks = { sent, received }
    for (const side of ['sent', 'received'] as const) {
      looks[side].onChange(() => {
        const { arrivedBytes, movedBytes, doneBytes } = looks[side].status
        expect(arrivedBytes).toBe(movedBytes)
        expect(arrivedBytes).toBeGreaterThanOrEqual(doneBytes)
        seen[side].add(arrivedBytes)
      })
    }
    await Promise.all([sent.finished, received.finished])
    expectArrived(store, sources)
    for (const side of ['sent', 'received'] as const) {
      expect([...seen[side]].filter(bytes => bytes > 0 && bytes < MiB).length).toBeGreaterThan(1)
      expect(looks[side].status).toMatchObject({ arrivedBytes: 2 * MiB + 5, movedBytes: 2 * MiB + 5 })
    }
  })

  test('is not begun without the receiver, who may decline', async () => {
    const room = together()
    const sent = startSend({
      room: room.sender.room,
      secrets: [secret],
      sources: [memoryPeerSource(['a'], 9)],
      from: '',
    })
    const received = startReceipt({ room: room.receiver.room, secret, store: memoryStore() })
    await until(received, () => received.status.phase === 'offered')
    received.decline()
    expect(await rejection(sent)).toMatchObject({ reason: 'declined' })
    expect(await rejection(received)).toMatchObject({ reason: 'cancelled' })
    expect(sent.status.phase).toBe('failed')
    expect(received.status.phase).toBe('cancelled')
  })

  for (const who of ['sent', 'received'] as const) {
    test(`is cancelled for both by the side that ${who}`, async () => {
      const { store, ...both } = startBoth({
        sources: [memoryPeerSource(['a'], 30 * MiB)],
        room: together({ bytesPerMs: 20_000 }),
      })
      await until(both.received, () => both.received.status.doneBytes > MiB)
      both[who].cancel()
      for (const side of [both.sent, both.received]) {
        expect(await rejection(side)).toMatchObject({ reason: 'cancelled' })
        expect(side.status.phase).toBe('cancelled')
      }
      expect(store.stops).toEqual([false])
    })

    test(`pauses and goes on when the side that ${who} says so`, async () => {
      const sources = [memoryPeerSource(['a'], 30 * MiB)]
      const { sent, received, store, ...rest } = startBoth({
        sources,
        room: together({ bytesPerMs: 20_000 }),
      })
      void rest
      await until(received, () => received.status.doneBytes > MiB)
      const side = who === 'sent' ? sent : received
      const other = who === 'sent' ? received : sent
      side.pause()
      await until(other, () => other.status.phase === 'paused')
      // What was on its way arrives, and nothing more.
      const written = async () => {
        const before = store.writtenBytes
        await new Promise(resolve => setTimeout(resolve, 400))
        return store.writtenBytes - before
      }
      await expect.poll(written, { timeout: 10_000 }).toBe(0)
      expect(store.writtenBytes).toBeLessThan(30 * MiB)
      side.resume()
      await Promise.all([sent.finished, received.finished])
      expectArrived(store, sources)
    })
  }

  test('says on both sides that the receiver has no room, and keeps what is there', async () => {
    const store = memoryStore({ roomBytes: 3 * MiB })
    const { sent, received } = startBoth({ sources: [memoryPeerSource(['a'], 9 * MiB)], store })
    expect(await rejection(received)).toMatchObject({
      reason: 'no_room',
      message: expect.stringContaining('this device'),
    })
    expect(await rejection(sent)).toMatchObject({
      reason: 'no_room',
      message: expect.stringContaining('the other device'),
    })
    expect(store.stops).toEqual([true])
  })

  test('refuses a file that changed while it was sent', async () => {
    const source = memoryPeerSource(['report.pdf'], 40 * MiB)
    const { sent, received, store } = startBoth({ sources: [source], room: together({ bytesPerMs: 30_000 }) })
    await until(received, () => received.status.doneBytes > MiB)
    source.hasChanged = true
    for (const error of [await rejection(sent), await rejection(received)]) {
      expect(error.reason).toBe('file_changed')
      expect(error.message).toContain('“report.pdf” changed')
    }
    expect(store.finished.size).toBe(0)
  })

  test('refuses a file that is another than what was durable of it', async () => {
    const source = memoryPeerSource(['a'], 20 * MiB)
    const run = startBoth({ sources: [source], room: together({ bytesPerMs: 30_000 }) })
    await until(run.received, () => run.received.status.doneBytes > 4 * MiB)
    await run.sent.stop()
    run.room.sender.go()
    source.bytes = someBytes(20 * MiB, 99)
    run.room.sender.come()
    const sent = run.startSender()
    expect(await rejection(sent)).toMatchObject({ reason: 'file_changed' })
    expect(await rejection(run.received)).toMatchObject({ reason: 'file_changed' })
    expect(run.store.finished.size).toBe(0)
  })

  test('keeps no more on its way than the window, however slow the receiver writes', async () => {
    // Long enough for a busy machine to bring a whole window meanwhile.
    const store = memoryStore({ writeMs: 1000 })
    const { sent, received } = startBoth({ sources: [memoryPeerSource(['a'], 70 * MiB)], store })
    await Promise.all([sent.finished, received.finished])
    expect(store.mostWriting).toBeGreaterThan(16 * MiB)
    expect(store.mostWriting).toBeLessThanOrEqual(32 * MiB)
  })

  test('ends with not_authentic on both sides when the relay alters a frame', async () => {
    let messages = 0
    const room = together({
      onWay(message) {
        if (++messages === 30) message[40] = (message[40] ?? 0) ^ 1
        return [message]
      },
    })
    const { sent, received, store } = startBoth({ sources: [memoryPeerSource(['a'], 9 * MiB)], room })
    const reasons = [(await rejection(sent)).reason, (await rejection(received)).reason]
    expect(reasons).toContain('not_authentic')
    expect(store.finished.size).toBe(0)
  })

  test('ends for the sender when the receiver leaves for good', async () => {
    const { sent, room } = startBoth({
      sources: [memoryPeerSource(['a'], 90 * MiB)],
      room: together({ bytesPerMs: 20_000 }),
    })
    await until(sent, () => sent.status.doneBytes > MiB)
    await room.receiver.room.leave()
    expect(await rejection(sent)).toMatchObject({ reason: 'peer_left' })
  })
})
