import { WebSocket } from 'ws'
import type { SocketFactory } from '../core/api.ts'

const connectMs = 10_000
/** How long the other side has to answer a close before the socket is cut. */
const closeMs = 1_000

/** Node's WebSocket, by `ws`. */
export const nodeSocket: SocketFactory = (url, protocol, events) => {
  const socket = new WebSocket(url, protocol, {
    perMessageDeflate: false,
    handshakeTimeout: connectMs,
    skipUTF8Validation: false,
  })
  socket.binaryType = 'nodebuffer'
  socket.on('open', () => events.open())
  socket.on('message', (data: Buffer<ArrayBuffer>, isBinary) => {
    if (isBinary) events.binary(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    else events.text(data.toString('utf8'))
  })
  socket.on('close', (code, reason) => events.close(code, reason.toString('utf8')))
  // `close` follows with the code; without a listener an `error` would end the process.
  socket.on('error', () => {})
  return {
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(message)
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
