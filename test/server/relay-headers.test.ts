import { expect, onTestFinished, test } from 'vitest'
import { sliceHeaderBytes } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import type { Connection } from '../../server/connection.ts'
import { createRelayBudget } from '../../server/rooms/relay-budget.ts'
import { createRelayFlow } from '../../server/rooms/relay-flow.ts'
import { relayEnd } from './relay-rig.ts'
import { roomsRig } from './rooms-rig.ts'

const firstWindowBytes = limits.relayFirstBytes

const slices = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ index: 0, offset: 0, last: true, bytes: new Uint8Array(bytes) }))

const relay = async (environment: Record<string, string> = {}) => {
  const rig = await roomsRig(environment)
  onTestFinished(() => rig.hub.remove())
  const { sender, receiver, room } = await rig.pair()
  const from = await relayEnd(sender, room, 7)
  const to = await relayEnd(receiver, room, 8)
  await from.hasCredit(1)
  return { sender, receiver, room, from, to }
}

test('a slice without content costs its header', async () => {
  const { from, sender, receiver } = await relay()
  receiver.close()
  await sender.event('room.left')
  // No credit comes back any more: what was left of it is all.
  expect(from.credit).toBe(firstWindowBytes)
  const count = firstWindowBytes / sliceHeaderBytes
  for (let sent = 0; sent < count; sent += limits.messageSlices) from.push(slices(limits.messageSlices, 0))
  expect(from.credit).toBe(0)
  expect(await sender.call('space.list', {})).toMatchObject({ spaces: expect.any(Array) })
  from.push(slices(1, 0))
  expect((await sender.closed).reason).toMatch(/^window_overrun/)
})

test('the credit of slices without content comes back as that of others does', async () => {
  const { from, to, receiver } = await relay()
  let came = 0
  to.onSlice(() => came++)
  const count = (3 * firstWindowBytes) / sliceHeaderBytes
  for (let sent = 0; sent < count; sent += limits.messageSlices) {
    await from.hasCredit(limits.messageSlices * sliceHeaderBytes)
    from.push(slices(limits.messageSlices, 0))
  }
  await expect.poll(() => came).toBe(count)
  await from.hasCredit(firstWindowBytes)
  expect(receiver.socket.readyState).toBe(1)
})

test('headers count for what a room may have', async () => {
  const messageBytes = limits.messageSlices * sliceHeaderBytes
  const { from, to, receiver, room } = await relay({ WHERRY_RELAY_ROOM_BYTES: `${2 * messageBytes}` })
  let came = 0
  to.onSlice(() => came++)
  from.push(slices(limits.messageSlices, 0))
  from.push(slices(limits.messageSlices, 0))
  await expect.poll(() => came).toBe(2 * limits.messageSlices)
  from.push(slices(1, 0))
  expect(await receiver.event('room.relayEnded')).toEqual({ room, reason: 'quota_exceeded' })
})

test('what waits for a receiver has no more in headers than its window', () => {
  const stuck: Partial<Connection> = {
    sendBinary: () => true,
    bufferedBytes: () => 1,
    whenSent: () => new Promise(() => undefined),
    sentBytes: 0,
  }
  const receiver = stuck as Connection
  const budget = createRelayBudget<Connection>(16 * firstWindowBytes, 16 * firstWindowBytes)
  budget.begin(receiver)
  const flow = createRelayFlow(receiver, budget, () => undefined)
  const sliceBytes = 8
  const message = new Uint8Array(limits.messageSlices * (sliceHeaderBytes + sliceBytes))
  const pass = (): void => flow.pass(message, limits.messageSlices * sliceBytes)
  const most = Math.floor((2 * firstWindowBytes) / message.length)
  for (let passed = 0; passed < most; passed++) pass()
  expect(flow.freeBytes).toBeGreaterThan(firstWindowBytes / 4)
  expect(pass).toThrow('More bytes')
})
