import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type ShortLink = {
  readonly port: number
  /** Connections so far. */
  readonly count: number
  /** Bytes that went up, on all of them. */
  readonly sentBytes: number
  close(): void
}

/** A link to a port of this machine whose connections break after `bytes` went up on them. What went up arrives. */
export const shortLink = async (to: number, bytes: number): Promise<ShortLink> => {
  const open = new Set<Socket>()
  let count = 0
  let sentBytes = 0
  const server = createServer(client => {
    count++
    const hub = connect(to, '127.0.0.1')
    let left = bytes
    for (const socket of [client, hub]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => open.delete(socket))
    }
    client.on('data', piece => {
      const passed = piece.subarray(0, left)
      hub.write(passed)
      sentBytes += passed.length
      left -= piece.length
      if (left > 0) return
      client.resetAndDestroy()
      hub.end()
    })
    client.on('close', () => hub.end())
    hub.on('close', () => client.destroy())
    hub.pipe(client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return count
    },
    get sentBytes() {
      return sentBytes
    },
    close: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
