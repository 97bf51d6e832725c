import { setTimeout as after } from 'node:timers/promises'
import { type TcpLink, tcpLink } from './tcp-link.ts'

/** A link to a port of this machine that is slow on the way up, on each connection. */
export const narrowLink = (to: number, bytesPerSecond: number): Promise<TcpLink> =>
  tcpLink(to, (client, hub) => {
    client.on('data', async piece => {
      hub.write(piece)
      client.pause()
      await after((1000 * piece.length) / bytesPerSecond)
      client.resume()
    })
    client.on('close', () => hub.end())
    hub.on('close', () => client.destroy())
    hub.pipe(client)
  })
