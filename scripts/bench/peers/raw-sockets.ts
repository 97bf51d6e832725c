import { App, us_socket_local_port, type WebSocket } from 'uWebSockets.js'

/**
 * The raw limit: takes messages and only counts them, or sends `?bytes` of 1 MiB messages as fast as they drain, or
 * publishes what comes on /publish to everybody on /watch.
 */
type State = { left: number; path: string }
const message = new Uint8Array(2 ** 20)

const fill = (socket: WebSocket<State>): void => {
  const state = socket.getUserData()
  while (state.left > 0 && socket.getBufferedAmount() < 8 * message.length) {
    socket.send(message.subarray(0, Math.min(message.length, state.left)), true)
    state.left -= message.length
  }
}

const app = App()
app
  .ws<State>('/*', {
    maxPayloadLength: 2 ** 22,
    maxBackpressure: 2 ** 26,
    upgrade: (response, request, context) => {
      const [key, protocol, extensions] = [
        'sec-websocket-key',
        'sec-websocket-protocol',
        'sec-websocket-extensions',
      ].map(name => request.getHeader(name))
      const state = { left: Number(request.getQuery('bytes') ?? 0), path: request.getUrl() }
      response.upgrade(state, key ?? '', protocol ?? '', extensions ?? '', context)
    },
    open: socket => {
      if (socket.getUserData().path === '/watch') socket.subscribe('all')
      fill(socket)
    },
    drain: fill,
    message: (socket, bytes) => {
      if (socket.getUserData().path === '/publish') app.publish('all', bytes.slice(0))
      // A text of the client asks whether everything before it has arrived.
      else if (bytes.byteLength < 16) socket.send('arrived')
    },
  })
  .listen('127.0.0.1', 0, socket => {
    if (socket) console.log(us_socket_local_port(socket))
  })
