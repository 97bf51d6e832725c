import {
  App,
  type HttpResponse,
  type ListenOptions,
  SSLApp,
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from 'uWebSockets.js'
import { socketPath } from '../../protocol/rpc.ts'
import type { HttpRoute } from './http.ts'
import { createHttpConnections, type HttpConnectionLimits } from './http-connections.ts'
import { httpHandler, type RouteContext } from './http-route.ts'
import type { OpenSocket } from './socket.ts'
import { type SocketContext, socketBehavior } from './socket-route.ts'

/** How often is looked for sockets that do not take what is sent to them; the third look without progress ends one. */
const progressIntervalMs = 15_000

/** Without it uWebSockets.js shares a port with other processes. The package has the type of this enum, not its value. */
const exclusivePort = 1 as ListenOptions

export type ListenerOptions = {
  host: string
  port: number
  tls: { cert: string; key: string } | null
  routes: readonly HttpRoute[]
  http: Omit<RouteContext, 'isCrowded'>
  connections: HttpConnectionLimits
  sockets: Omit<SocketContext, 'open' | 'upgraded'>
}

export type Listener = {
  readonly port: number
  /** Sends a text message to every socket that subscribed to the topic, except those whose send buffer is full. */
  publish(topic: string, message: string): void
  /** Takes no new connections from now on; those that there are go on. */
  stopListening(): void
  /** Ends every socket with the code, and cuts what is not gone `graceMs` later. */
  close(code: number, reason: string, graceMs: number): Promise<void>
}

type ListenDone = (socket: us_listen_socket | false) => void

/** The form with host and options is there in uWebSockets.js, but not in the package's types. */
type ListenWithOptions = {
  listen(host: string, port: number, options: ListenOptions, done: ListenDone): TemplatedApp
}

const listenOn = (app: TemplatedApp, host: string, port: number): Promise<us_listen_socket | false> =>
  new Promise(resolve => (app as unknown as ListenWithOptions).listen(host, port, exclusivePort, resolve))

/** Listens on the host; for the default host on ::1 too, where browsers look first for `localhost`. */
const listenAll = async (app: TemplatedApp, host: string, port: number): Promise<us_listen_socket[]> => {
  const first = await listenOn(app, host, port)
  if (first === false)
    throw new Error(
      `The hub cannot listen on ${host} port ${port}: the port is in use or not allowed, or the address is none of this machine.`,
    )
  if (host !== '127.0.0.1') return [first]
  const second = await listenOn(app, '::1', us_socket_local_port(first))
  return second === false ? [first] : [first, second]
}

const closeSockets = async (
  open: ReadonlySet<OpenSocket>,
  code: number,
  reason: string,
  graceMs: number,
): Promise<void> => {
  const gone = [...open].map(
    ({ socket }) =>
      new Promise<void>(resolve => {
        socket.onClose(resolve)
        socket.close(code, reason)
      }),
  )
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, graceMs)
  await Promise.race([Promise.all(gone), late])
  clearTimeout(timer)
}

/** Starts to listen. Throws if the address cannot be had. */
export const listen = async (options: ListenerOptions): Promise<Listener> => {
  const { tls, host, routes } = options
  const app = tls === null ? App() : SSLApp({ cert_file_name: tls.cert, key_file_name: tls.key })
  const open = new Set<OpenSocket>()
  const connections = createHttpConnections(options.connections, () => open.size)
  const counted = (res: HttpResponse, change: number): void => {
    if (change < 0) connections.closed()
    else if (!connections.opened(Buffer.from(res.getRemoteAddressAsText()).toString())) res.close()
  }
  app.filter(counted)
  const context = { ...options.http, isCrowded: connections.isCrowded }
  for (const route of routes) app[route.method](route.pattern, httpHandler(route, context))
  const behavior = socketBehavior({ ...options.sockets, open, upgraded: connections.closed })
  for (const path of [socketPath, `${socketPath}/*`]) app.ws(path, behavior)
  let listening = await listenAll(app, host, options.port)
  const port = us_socket_local_port(listening[0] as us_listen_socket)
  const watchdog = setInterval(() => {
    for (const socket of open) socket.checkProgress()
  }, progressIntervalMs)
  const stopListening = (): void => {
    for (const socket of listening) us_listen_socket_close(socket)
    listening = []
  }
  return {
    port,
    publish: (topic, message) => void app.publish(topic, message, false),
    stopListening,
    close: async (code, reason, graceMs) => {
      stopListening()
      await closeSockets(open, code, reason, graceMs)
      clearInterval(watchdog)
      app.close()
    },
  }
}
