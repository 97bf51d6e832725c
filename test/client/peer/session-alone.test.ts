import { expect, test } from 'vitest'
import { toBase64url } from '../../../client/core/base64url.ts'
import { startReceipt, startSend } from '../../../client/core/peer/session.ts'
import { memoryPeerSource, memoryStore } from './memory-files.ts'
import { memoryRoom } from './memory-rooms.ts'

test('who continues alone is told that the other side is gone, until it comes', async () => {
  const again = toBase64url(crypto.getRandomValues(new Uint8Array(32)))
  const secret = { via: 'again', secret: again } as const
  const room = memoryRoom()
  room.receiver.come()
  const received = startReceipt({ room: room.receiver.room, secret, store: memoryStore() })
  expect(received.status.phase).toBe('waiting')
  const sources = [memoryPeerSource(['a'], 9)]
  const sent = startSend({ room: room.sender.room, secrets: [secret], sources, from: 'Ada' })
  expect(sent.status.phase).toBe('waiting')
  room.sender.come()
  expect([sent.status.phase, received.status.phase]).toEqual(['pairing', 'pairing'])
  await expect.poll(() => received.status.phase).toBe('offered')
  received.accept()
  await Promise.all([sent.finished, received.finished])
})

test('who comes with a code to a sender that is away is told so', async () => {
  const room = memoryRoom()
  room.receiver.come()
  const secret = { via: 'code', secret: '7-copper-violin' } as const
  const received = startReceipt({ room: room.receiver.room, secret, store: memoryStore() })
  expect(received.status.phase).toBe('waiting')
  room.sender.come()
  expect(received.status.phase).toBe('pairing')
  received.cancel()
})

test('who waits for somebody to come with a code is not', () => {
  const room = memoryRoom()
  room.sender.come()
  const sent = startSend({
    room: room.sender.room,
    secrets: [{ via: 'code', secret: '7-copper-violin' }],
    sources: [memoryPeerSource(['a'], 9)],
    from: 'Ada',
  })
  expect(sent.status.phase).toBe('pairing')
  sent.cancel()
})
