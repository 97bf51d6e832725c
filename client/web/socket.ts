import type { SocketFactory } from '../core/api.ts'
import { newId } from '../core/new-id.ts'
import { agent } from './hub-address.ts'

/**
 * Firefox holds back a socket to an address that failed before, longer each time, up to a minute: by host, port and path
 * (measured with 153). Tries that follow a failed one go to paths of their own, but for each fourth, in case that a proxy
 * passes on nothing but the plain one.
 */
export const addressOfTry = (url: string, failures: number): string =>
  failures % 4 === 0 ? url : `${url}/${newId()}`

const isFirefox = agent.startsWith('Firefox')
let failures = 0

/** The browser's WebSocket. */
export const webSocket: SocketFactory = (url, protocol, events) => {
  const socket = new WebSocket(isFirefox ? addressOfTry(url, failures) : url, protocol)
  failures += 1
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => {
    failures = 0
    events.open()
  }
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
