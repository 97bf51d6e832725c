import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { nodeSocket } from '../../client/node/socket.ts'
import { subprotocol } from '../../protocol/rpc.ts'

/** What a socket says, as it comes; next() waits for it. */
const listen = (url: string) => {
  const said: unknown[] = []
  let ring = () => {}
  const say = (what: unknown) => {
    said.push(what)
    ring()
  }
  const socket = nodeSocket(url, subprotocol, {
    open: () => say('open'),
    text: say,
    binary: say,
    close: (code, reason) => say({ code, reason }),
  })
  const next = async () => {
    while (said.length === 0) await new Promise<void>(resolve => (ring = resolve))
    return said.shift()
  }
  return { socket, next }
}

describe("Node's socket", () => {
  let server: WebSocketServer
  let url: string
  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })

  it('opens, carries text and bytes both ways, and tells how it was closed', async () => {
    server.on('connection', peer => {
      expect(peer.protocol).toBe(subprotocol)
      peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }))
    })
    const { socket, next } = listen(url)
    expect(await next()).toBe('open')
    const bytes = new Uint8Array(1_100_000).fill(7)
    socket.send('Grüße 🦆')
    socket.send(bytes)
    expect(await next()).toBe('Grüße 🦆')
    expect(await next()).toEqual(bytes)
    expect(bytes.every(byte => byte === 7)).toBe(true)
    for (const peer of server.clients) peer.close(4002, 'revoked')
    expect(await next()).toEqual({ code: 4002, reason: 'revoked' })
  })

  it('is closed, and nothing worse, when nobody answers', async () => {
    server.close()
    await once(server, 'close')
    const { socket, next } = listen(url)
    expect(await next()).toMatchObject({ code: 1006 })
    socket.send('into the void')
    socket.close()
  })

  it('can be closed before it is open', async () => {
    const { socket, next } = listen(url)
    socket.close()
    expect(await next()).toMatchObject({ code: 1006 })
  })
})
