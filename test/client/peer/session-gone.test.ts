import { expect, test } from 'vitest'
import { directPaths } from '../../../client/core/peer/direct.ts'
import { startReceipt, startSend } from '../../../client/core/peer/session.ts'
import { hurriedTimers } from './hurried-timers.ts'
import { memoryConnections } from './memory-connections.ts'
import { memoryPeerSource, memoryStore } from './memory-files.ts'
import { memoryRoom } from './memory-rooms.ts'

/** A send on a direct way that waits for the receiver's answer; once accepted it runs until it is let go: the store takes nothing before. */
const offeredDirectly = async () => {
  const room = memoryRoom()
  room.sender.come()
  room.receiver.come()
  const net = memoryConnections()
  const secret = { via: 'code', secret: '7-copper-violin' } as const
  const common = { connect: directPaths(net.make, hurriedTimers), timers: hurriedTimers }
  const sources = [memoryPeerSource(['a'], 3 * 2 ** 20)]
  const store = memoryStore()
  const letGo = Promise.withResolvers<void>()
  const held: typeof store = {
    ...store,
    async open(transfer, file) {
      const sink = await store.open(transfer, file)
      const write: typeof sink.write = async (...chunk) => {
        await letGo.promise
        return sink.write(...chunk)
      }
      return { ...sink, write }
    },
  }
  const sent = startSend({ ...common, room: room.sender.room, secrets: [secret], sources, from: 'Ada' })
  const received = startReceipt({ ...common, room: room.receiver.room, secret, store: held })
  const phases: string[] = []
  for (const one of [sent, received]) one.onChange(() => phases.push(one.status.phase))
  await expect.poll(() => received.status.phase).toBe('offered')
  await expect.poll(() => [sent.status.path, received.status.path]).toEqual(['direct', 'direct'])
  const setSilent = (isSilent: boolean) => {
    for (const { carrier } of net.made) if (carrier) Object.assign(carrier, { isSilent })
  }
  return { room, sent, received, phases, setSilent, letGo: letGo.resolve }
}

const runningDirectly = async () => {
  const started = await offeredDirectly()
  const { sent, received } = started
  received.accept()
  await expect.poll(() => [sent.status.phase, received.status.phase]).toEqual(['running', 'running'])
  return started
}

test('who goes without a goodbye is gone when the hub says so and nothing is heard, whatever the way looks like', async () => {
  const { room, sent, received, setSilent, letGo } = await runningDirectly()
  setSilent(true)
  room.receiver.go()
  await expect.poll(() => [sent.status.phase, received.status.phase]).toEqual(['waiting', 'waiting'])
  // The way was not given up: what goes again on it is heard.
  expect(sent.status.path).toBe('direct')
  setSilent(false)
  await expect.poll(() => [sent.status.phase, received.status.phase]).toEqual(['running', 'running'])
  room.receiver.come()
  letGo()
  await Promise.all([sent.finished, received.finished])
})

test('who goes while an offer waits for an answer is gone, and the answer still counts when they are back', async () => {
  const { room, sent, received, setSilent, letGo } = await offeredDirectly()
  const phases = () => [sent.status.phase, received.status.phase]
  await expect.poll(phases).toEqual(['offered', 'offered'])
  for (const side of [room.receiver, room.sender]) {
    setSilent(true)
    side.go()
    await expect.poll(phases).toContain('waiting')
    side.come()
    setSilent(false)
    await expect.poll(phases).toEqual(['offered', 'offered'])
  }
  setSilent(true)
  room.sender.go()
  await expect.poll(() => received.status.phase).toBe('waiting')
  received.accept()
  room.sender.come()
  setSilent(false)
  letGo()
  await Promise.all([sent.finished, received.finished])
})

test('who is away from the hub and heard on a direct way is not gone', async () => {
  const { room, sent, received, phases, letGo } = await runningDirectly()
  room.receiver.go()
  // 20 s of theirs.
  await new Promise(resolve => setTimeout(resolve, 1000))
  letGo()
  await Promise.all([sent.finished, received.finished])
  expect(phases).not.toContain('waiting')
})
