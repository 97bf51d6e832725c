import { type TcpLink, tcpLink } from './tcp-link.ts'

export type ShortLink = TcpLink & {
  /** Connections so far. */
  readonly count: number
  /** Bytes that went that way, on all of them. */
  readonly sentBytes: number
}

/** A link to a port of this machine whose connections break after so many bytes went `way` on them. What went arrives. */
export const shortLink = async (to: number, way: 'up' | 'down', bytes: number): Promise<ShortLink> => {
  let count = 0
  let sentBytes = 0
  const { port, close } = await tcpLink(to, (client, hub) => {
    count++
    let left = bytes
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
  return {
    port,
    get count() {
      return count
    },
    get sentBytes() {
      return sentBytes
    },
    close,
  }
}
