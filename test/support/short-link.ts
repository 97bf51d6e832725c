import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type ShortLink = {
  readonly port: number
  /** Connections so far. */
  readonly count: number
  /** Bytes that went that way, on all of them. */
  readonly sentBytes: number
  close(): void
}

/** A link to a port of this machine whose connections break after so many bytes went `way` on them. What went arrives. */
export const shortLink = async (to: number, way: 'up' | 'down', bytes: number): Promise<ShortLink> => {
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
    const [from, into] = way === 'up' ? [client, hub] : [hub, client]
    from.on('data', piece => {
      const passed = piece.subarray(0, left)
      into.write(passed)
      sentBytes += passed.length
      left -= piece.length
      if (left > 0) return
      from.resetAndDestroy()
      into.end()
    })
    from.on('close', () => into.end())
    into.on('close', () => from.destroy())
    into.pipe(from)
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
