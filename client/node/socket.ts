import { WebSocket } from 'ws'
import type { SocketFactory } from '../core/api.ts'

const connectMs = 10_000
/** How long the other side has to answer a close before the socket is cut. */
const closeMs = 1_000

/**
 * Masks keep what people send from being read as HTTP by a cache on the way (RFC 6455, section 10.3). Where none can look,
 * behind TLS or on this machine, the mask is zero: `ws` then sends the message itself instead of a masked copy.
 */
const isUnseen = (url: string): boolean => {
  const { protocol, hostname } = new URL(url)
  return protocol === 'wss:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/** Node's WebSocket, by `ws`; `failed` is told why one ends that ends by an error. */
export const nodeSockets =
  (failed: (error: Error) => void): SocketFactory =>
  (url, protocol, events) => {
    const socket = new WebSocket(url, protocol, {
      perMessageDeflate: false,
      handshakeTimeout: connectMs,
      skipUTF8Validation: false,
      // Given zeros, it leaves them.
      ...(isUnseen(url) && { generateMask: () => {} }),
    })
    socket.binaryType = 'nodebuffer'
    socket.on('open', () => events.open())
    socket.on('message', (data: Buffer<ArrayBuffer>, isBinary) => {
      if (isBinary) events.binary(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      else events.text(data.toString('utf8'))
    })
    socket.on('close', (code, reason) => events.close(code, reason.toString('utf8')))
    // `close` follows with the code; without a listener an `error` would end the process.
    socket.on('error', failed)
    return {
      send(message: string | Uint8Array<ArrayBuffer>, taken) {
        if (socket.readyState === WebSocket.OPEN) socket.send(message, () => taken?.())
        else taken?.()
      },
      get bufferedBytes() {
        return socket.bufferedAmount
      },
      close() {
        socket.close()
        const cut = setTimeout(() => socket.terminate(), closeMs)
        cut.unref()
        socket.once('close', () => clearTimeout(cut))
      },
    }
  }

export const nodeSocket: SocketFactory = nodeSockets(() => {})
