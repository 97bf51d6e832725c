import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import WebSocket from 'ws'
import { limits } from '../../protocol/limits.ts'
import { socketPath, subprotocol } from '../../protocol/rpc.ts'
import { listen } from '../../server/transport/listener.ts'
import type { Socket } from '../../server/transport/socket.ts'
import { newId } from '../storage/open-temporary.ts'

/** More than the kernel takes from the hub for a reader that takes nothing, so that the rest waits in the hub. */
const messageBytes = 2 * limits.chunkMaxBytes

/** Both ends of one connection, through uWebSockets.js. */
const connected = async (): Promise<{ socket: Socket; reader: WebSocket }> => {
  const opened = Promise.withResolvers<Socket>()
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    routes: [],
    http: { newId, address: peer => peer, failed: error => expect.fail(String(error)) },
    sockets: {
      events: { admit: () => null, opened: opened.resolve, text: () => {}, binary: () => {} },
      meter: { sent: () => {}, received: () => {} },
      newId,
      address: peer => peer,
      maxBufferedBytes: 2 * messageBytes,
    },
  })
  onTestFinished(() => listener.close(1001, 'over', 100))
  const reader = new WebSocket(`ws://127.0.0.1:${listener.port}${socketPath}`, subprotocol)
  await once(reader, 'open')
  return { socket: await opened.promise, reader }
}

test('what is sent at once when the one before has gone arrives too, also where the kernel takes only a part of it', async () => {
  const { socket, reader } = await connected()
  const arrived: number[] = []
  reader.on('message', (data: Buffer) => arrived.push(data.length))
  const message = Buffer.alloc(messageBytes)
  for (let i = 0; i < 3; i++) {
    reader.pause()
    socket.sendBinary(message)
    expect(socket.bufferedBytes()).toBeGreaterThan(0)
    const next = socket.drained(1).then(() => {
      reader.pause()
      socket.sendBinary(message)
      return socket.bufferedBytes()
    })
    reader.resume()
    expect(await next).toBeGreaterThan(0)
    await sleep(20)
    reader.resume()
    await expect.poll(() => arrived.length, { timeout: 10_000 }).toBe(2 * (i + 1))
  }
  expect(new Set(arrived)).toEqual(new Set([messageBytes]))
})
