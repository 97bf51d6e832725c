import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Carrier, Room } from '../../../client/core/peer/api.ts'
import { createRoom } from '../../../client/core/peer/own-room.ts'
import { joinRoom } from '../../../client/core/peer/room.ts'
import { someBytes } from '../memory-source.ts'
import { type PeerClient, roomRig, whenPresent } from './room-rig.ts'

const MiB = 1024 * 1024

/** Sends the bytes in messages of these sizes, in turn, as fast as the carrier drains. */
const sendAll = async (carrier: Carrier, bytes: Uint8Array, sizes: readonly number[]) => {
  const scratch = new Uint8Array(carrier.messageBytes)
  for (let at = 0, i = 0; at < bytes.length && !carrier.closed; i++) {
    const size = Math.min(sizes[i % sizes.length] ?? 1, bytes.length - at)
    scratch.set(bytes.subarray(at, at + size))
    carrier.send(scratch.subarray(0, size))
    // It may be overwritten as soon as it was taken.
    scratch.fill(0)
    at += size
    if (carrier.bufferedBytes >= 256 * 1024) await carrier.drained()
  }
}

/** Hash and sizes of what comes until so many bytes are there. */
const receiveAll = (carrier: Carrier, total: number) =>
  new Promise<{ hash: string; sizes: number[] }>((resolve, reject) => {
    const hash = createHash('sha256')
    const sizes: number[] = []
    let received = 0
    carrier.onClose(() => reject(new Error(`closed after ${received} bytes`)))
    carrier.onMessage(message => {
      hash.update(message)
      sizes.push(message.length)
      received += message.length
      if (received >= total) resolve({ hash: hash.digest('hex'), sizes })
    })
  })
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the relay of a room', () => {
  let rig: Awaited<ReturnType<typeof roomRig>>
  beforeAll(async () => {
    rig = await roomRig()
  })
  afterEach(() => rig.closeClients())
  afterAll(() => rig.remove())

  const met = async () => {
    const clients: { sender: PeerClient; receiver: PeerClient } = {
      sender: await rig.user(),
      receiver: rig.guest(),
    }
    const { room: sender, slot } = await createRoom(clients.sender)
    const receiver = await joinRoom(clients.receiver, { kind: 'slot', slot: slot ?? 0 })
    await whenPresent(sender)
    return { clients, rooms: { sender, receiver } }
  }
  const open = async ({ sender, receiver }: { sender: Room; receiver: Room }) => {
    const [one, other] = await Promise.all([sender.openRelay(), receiver.openRelay()])
    return { sender: one, receiver: other }
  }

  it('carries tens of MiB both ways at once, byte for byte and message for message', async () => {
    const { rooms } = await met()
    const carriers = await open(rooms)
    expect(carriers.sender).toMatchObject({ kind: 'relayed', messageBytes: 256 * 1024, closed: false })
    const there = someBytes(48 * MiB, 1)
    const back = someBytes(16 * MiB, 2)
    const sizes = [256 * 1024, 1, 65_536, 200_000, 17, 256 * 1024, 131_073]
    const all = Promise.all([
      receiveAll(carriers.receiver, there.length),
      receiveAll(carriers.sender, back.length),
    ])
    await Promise.all([
      sendAll(carriers.sender, there, sizes),
      sendAll(carriers.receiver, back, [...sizes].reverse()),
    ])
    const [arrived, returned] = await all
    expect(arrived.hash).toBe(hashOf(there))
    expect(returned.hash).toBe(hashOf(back))
    expect(arrived.sizes.slice(0, 7)).toEqual(sizes)
    expect(arrived.sizes.slice(0, -1)).toEqual(arrived.sizes.slice(0, -1).map((_, i) => sizes[i % 7]))
  })

  it('carries what was sent before the other side opened it or listened', async () => {
    const { rooms } = await met()
    const sender = await rooms.sender.openRelay()
    sender.send(Uint8Array.of(1, 2, 3))
    sender.send(someBytes(MiB / 4))
    expect(sender.bufferedBytes).toBe(MiB / 4 + 3)
    const receiver = await rooms.receiver.openRelay()
    await sender.drained()
    // An answer comes back over the same two connections, so all of it has been read by then.
    const answered = receiveAll(sender, 1)
    receiver.send(Uint8Array.of(9))
    await answered
    const messages: number[] = []
    receiver.onMessage(message => messages.push(message.length))
    while (messages.length < 2) await new Promise(setImmediate)
    expect(messages).toEqual([3, MiB / 4])
  })

  it('closes where many small messages come before anybody listens', async () => {
    const carriers = await open((await met()).rooms)
    const closed = new Promise<void>(resolve => carriers.receiver.onClose(resolve))
    const enough = 8 * 1024 + 1
    for (let i = 0; i < enough; i++) carriers.sender.send(Uint8Array.of(i % 256))
    await closed
  })

  it('holds back what the other side does not take, and resumes', async () => {
    const { rooms, clients } = await met()
    const carriers = await open(rooms)
    const bytes = someBytes(24 * MiB, 3)
    const arrived = receiveAll(carriers.receiver, bytes.length)
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, clients.sender.bufferedBytes + carriers.sender.bufferedBytes)
    }, 1)
    await sendAll(carriers.sender, bytes, [256 * 1024])
    expect((await arrived).hash).toBe(hashOf(bytes))
    clearInterval(watch)
    expect(most).toBeLessThan(20 * MiB)
  })

  it('closes for both when either connection is lost, and opens anew', async () => {
    const { rooms, clients } = await met()
    for (const gone of ['sender', 'receiver'] as const) {
      const carriers = await open(rooms)
      const closes = [carriers.sender, carriers.receiver].map(
        carrier => new Promise<void>(resolve => carrier.onClose(resolve)),
      )
      const under = sendAll(carriers.sender, someBytes(64 * MiB), [256 * 1024])
      await new Promise<void>(resolve => carriers.receiver.onMessage(() => resolve()))
      clients[gone].cut()
      await Promise.all(closes)
      await under
      expect(carriers.sender.closed && carriers.receiver.closed).toBe(true)
      expect(carriers.sender.bufferedBytes).toBe(0)
      carriers.sender.send(Uint8Array.of(1))
      await Promise.all([whenPresent(rooms.sender), whenPresent(rooms.receiver)])
      const next = await open(rooms)
      const arrived = receiveAll(next.receiver, MiB)
      await sendAll(next.sender, someBytes(MiB, 4), [100_000])
      expect((await arrived).hash).toBe(hashOf(someBytes(MiB, 4)))
    }
  })

  it('opens again on the same connections without overrunning the credit', async () => {
    const { rooms, clients } = await met()
    const first = await open(rooms)
    for (let round = 0; round < 5; round++) {
      // Full of bytes that are on their way.
      for (let i = 0; i < 20; i++) first.sender.send(someBytes(256 * 1024))
      const sender = await rooms.sender.openRelay()
      const receiver = await rooms.receiver.openRelay()
      const last = someBytes(2 * MiB, round)
      let tail = Buffer.alloc(0)
      const done = new Promise<void>(resolve =>
        receiver.onMessage(message => {
          // What was sent before it was closed may come first.
          tail = Buffer.concat([tail, message]).subarray(-last.length)
          if (hashOf(tail) === hashOf(last)) resolve()
        }),
      )
      await sendAll(sender, last, [128 * 1024])
      await done
      sender.close()
      receiver.close()
      Object.assign(first, {
        sender: await rooms.sender.openRelay(),
        receiver: await rooms.receiver.openRelay(),
      })
    }
    expect([clients.sender.epoch, clients.receiver.epoch]).toEqual([expect.any(Number), 1])
  })
})
