import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import WebSocket from 'ws'
import { socketPath, subprotocol } from '../../protocol/rpc.ts'
import { listen } from '../../server/transport/listener.ts'
import type { Socket } from '../../server/transport/socket.ts'
import { newId } from '../storage/open-temporary.ts'

/** More than any kernel takes for a reader that takes nothing (net.ipv4.tcp_rmem and tcp_wmem): the rest waits in the hub. */
const messageBytes = 64 * 1024 * 1024

/** Both ends of one connection, through uWebSockets.js. */
const connected = async (): Promise<{ socket: Socket; reader: WebSocket }> => {
  const opened = Promise.withResolvers<Socket>()
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    routes: [],
    http: { newId, address: peer => peer, failed: error => expect.fail(String(error)) },
    connections: { most: 100, mostPerAddress: 100, mostTogether: 100, keyOf: peer => peer, clock: Date.now },
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

test('a message that is sent as soon as the one before has gone arrives whole, also where the kernel takes a part of it first', async () => {
  const { socket, reader } = await connected()
  const arrived: number[] = []
  reader.on('message', (data: Buffer) => arrived.push(data.length))
  const message = Buffer.alloc(messageBytes)
  const sendInPart = () => {
    socket.sendBinary(message)
    // The reader is in this thread too: it takes nothing meanwhile.
    expect(socket.bufferedBytes()).toBeGreaterThan(0)
  }
  sendInPart()
  await socket.drained(1).then(sendInPart)
  await expect.poll(() => arrived, { timeout: 30_000 }).toEqual([messageBytes, messageBytes])
})
