import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type NarrowLink = {
  readonly port: number
  /** What passes to the port from now on, of each connection: 0 for nothing, null for all that comes. */
  bytesPerSecond: number | null
  close(): void
}

const lookMs = 20

/** A link to a port of this machine that can be made slow on the way up, or stand still, without breaking. */
export const narrowLink = async (to: number): Promise<NarrowLink> => {
  const open = new Set<Socket>()
  let bytesPerSecond: number | null = null

  const carry = (client: Socket, hub: Socket) => {
    let passed = 0
    let sinceMs = performance.now()
    const pass = () => {
      const nowMs = performance.now()
      if (bytesPerSecond === null) passed = 0
      else passed = Math.max(0, passed - (bytesPerSecond * (nowMs - sinceMs)) / 1000)
      sinceMs = nowMs
      if (passed > 0 || bytesPerSecond === 0) setTimeout(pass, lookMs)
      else client.resume()
    }
    client.on('data', piece => {
      hub.write(piece)
      passed += piece.length
      client.pause()
      pass()
    })
  }

  const server = createServer(client => {
    const hub = connect(to, '127.0.0.1')
    for (const socket of [client, hub]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => open.delete(socket))
    }
    carry(client, hub)
    client.on('close', () => hub.end())
    hub.on('close', () => client.destroy())
    hub.pipe(client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get bytesPerSecond() {
      return bytesPerSecond
    },
    set bytesPerSecond(next) {
      bytesPerSecond = next
    },
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
