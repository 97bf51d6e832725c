import { setTimeout as after } from 'node:timers/promises'
import { type TcpLink, tcpLink } from './tcp-link.ts'

/** What passes from now on, of each connection: 0 for nothing, null for all that comes. */
export type NarrowLink = TcpLink & { bytesPerSecond: number | null }

const lookMs = 20

/** A link to a port of this machine that is slow one way, or stands still, without breaking. */
export const narrowLink = async (
  to: number,
  bytesPerSecond: number | null,
  way: 'up' | 'down' = 'up',
): Promise<NarrowLink> => {
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
    const [slow, other] = way === 'up' ? [client, hub] : [hub, client]
    slow.on('data', async piece => {
      other.write(piece)
      slow.pause()
      await passed(piece.length)
      slow.resume()
    })
    other.on('data', piece => slow.write(piece))
    client.on('close', () => hub.end())
    hub.on('close', () => client.destroy())
  })
  return Object.assign(narrow, link)
}
