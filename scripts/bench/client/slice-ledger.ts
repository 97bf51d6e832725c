import { openSync, writeSync } from 'node:fs'
import type { SocketFactory } from '../../../client/core/api.ts'
import { nodeSocket } from '../../../client/node/socket.ts'
import { decodeSlices } from '../../../protocol/frames.ts'

/**
 * A socket that writes one line for each slice that it sends, `index offset length`, at once: what a client that is killed
 * has sent can still be counted. `sent` is told the bytes so far.
 */
export const ledgerSocket = (path: string, sent: (bytes: number) => void): SocketFactory => {
  const file = openSync(path, 'a')
  let total = 0
  return (url, protocol, events) => {
    const socket = nodeSocket(url, protocol, events)
    return {
      send(message) {
        if (typeof message !== 'string') {
          for (const { index, offset, bytes } of decodeSlices(message)) {
            writeSync(file, `${index} ${offset} ${bytes.length}\n`)
            total += bytes.length
          }
          sent(total)
        }
        socket.send(message)
      },
      get bufferedBytes() {
        return socket.bufferedBytes
      },
      close: () => socket.close(),
    }
  }
}
