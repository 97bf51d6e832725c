import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type TcpLink = { readonly port: number; close(): void }

/** A link to a port of this machine: `carry` passes on what comes, of each connection. */
export const tcpLink = async (to: number, carry: (client: Socket, hub: Socket) => void): Promise<TcpLink> => {
  const open = new Set<Socket>()
  const server = createServer(client => {
    const hub = connect(to, '127.0.0.1')
    for (const socket of [client, hub]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => open.delete(socket))
    }
    carry(client, hub)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
