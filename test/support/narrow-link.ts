import { setTimeout as after } from 'node:timers/promises'
import { type TcpLink, tcpLink } from './tcp-link.ts'

/** What passes on the way up from now on, of each connection: 0 for nothing, null for all that comes. */
export type NarrowLink = TcpLink & { bytesPerSecond: number | null }

const lookMs = 20

/** A link to a port of this machine that is slow on the way up, or stands still, without breaking. */
export const narrowLink = async (to: number, bytesPerSecond: number | null): Promise<NarrowLink> => {
  const narrow = { bytesPerSecond }
  /** Resolves when so many bytes have had their time, at the speed of each moment. */
  const passed = async (bytes: number) => {
    for (let left = bytes; left > 0 && narrow.bytesPerSecond !== null; ) {
      const beforeMs = performance.now()
      await after(lookMs)
      left -= ((narrow.bytesPerSecond ?? 0) * (performance.now() - beforeMs)) / 1000
    }
  }
  const link = await tcpLink(to, (client, hub) => {
    client.on('data', async piece => {
      hub.write(piece)
      client.pause()
      await passed(piece.length)
      client.resume()
    })
    client.on('close', () => hub.end())
    hub.on('close', () => client.destroy())
    hub.pipe(client)
  })
  return Object.assign(narrow, link)
}
