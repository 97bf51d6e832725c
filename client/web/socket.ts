import type { SocketFactory } from '../core/api.ts'

/** The browser's WebSocket. */
export const webSocket: SocketFactory = (url, protocol, events) => {
  const socket = new WebSocket(url, protocol)
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => events.open()
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') events.text(data)
    else events.binary(new Uint8Array(data))
  }
  socket.onclose = ({ code, reason }) => events.close(code, reason)
  return {
    send(message: string | Uint8Array<ArrayBuffer>, taken) {
      if (socket.readyState === WebSocket.OPEN) socket.send(message)
      taken?.()
    },
    get bufferedBytes() {
      return socket.bufferedAmount
    },
    close: () => socket.close(),
  }
}
