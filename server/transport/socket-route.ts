import type {
  HttpRequest,
  HttpResponse,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from 'uWebSockets.js'
import { limits } from '../../protocol/limits.ts'
import { subprotocol } from '../../protocol/rpc.ts'
import { headersOf, statusLine } from './http-route.ts'
import { type OpenSocket, openSocket, type Socket, type SocketData, type SocketMeter } from './socket.ts'

/** What happens on sockets, for the rest of the server. The bytes of a message are valid during the call only. */
export type SocketEvents = {
  /** Null to take the socket, or the status to refuse it with. Synchronous, from what the request says alone. */
  admit(request: { origin: string | null; address: string }): number | null
  opened(socket: Socket): void
  text(socket: Socket, message: ArrayBuffer): void
  binary(socket: Socket, message: Uint8Array): void
}

export type SocketContext = {
  events: SocketEvents
  meter: SocketMeter & { received(bytes: number): void }
  newId: () => string
  address: (peer: string, header: (name: string) => string | null) => string
  /** The most bytes that wait in one socket's send buffer. */
  maxBufferedBytes: number
  /** All sockets that are open. */
  open: Set<OpenSocket>
  /** A connection of plain HTTP became a socket. */
  upgraded(): void
}

const refuse = (res: HttpResponse, status: number): void => {
  res.cork(() => res.writeStatus(statusLine(status)).end(undefined, true))
}

/** Subprotocols that the client offers; one that offers none is refused too, because it speaks something else. */
const offersProtocol = (header: string): boolean =>
  header.split(',').some(part => part.trim() === subprotocol)

const upgrade =
  ({ events, newId, address }: SocketContext) =>
  (res: HttpResponse, req: HttpRequest, context: us_socket_context_t): void => {
    const headers = headersOf(req)
    const header = (name: string): string | null => headers.get(name) ?? null
    const client = address(Buffer.from(res.getRemoteAddressAsText()).toString(), header)
    const protocols = header('sec-websocket-protocol') ?? ''
    const refusal = offersProtocol(protocols)
      ? events.admit({ origin: header('origin'), address: client })
      : 400
    if (refusal !== null) {
      refuse(res, refusal)
      return
    }
    const agent = (header('user-agent') ?? '').slice(0, 200)
    const data: SocketData = { id: newId(), address: client, agent, socket: null }
    res.upgrade(
      data,
      req.getHeader('sec-websocket-key'),
      subprotocol,
      req.getHeader('sec-websocket-extensions'),
      context,
    )
  }

/** The one wrapper around sockets of uWebSockets.js. */
export const socketBehavior = (context: SocketContext): WebSocketBehavior<SocketData> => {
  const { events, meter, open } = context
  return {
    compression: 0,
    idleTimeout: 60,
    sendPingsAutomatically: true,
    maxPayloadLength: limits.messageBytes,
    maxBackpressure: context.maxBufferedBytes,
    upgrade: upgrade(context),
    open: (ws: WebSocket<SocketData>) => {
      const data = ws.getUserData()
      data.socket = openSocket(ws, meter)
      context.upgraded()
      open.add(data.socket)
      events.opened(data.socket.socket)
    },
    message: (ws, message, isBinary) => {
      const { socket } = ws.getUserData()
      if (socket === null || socket.socket.closed) return
      meter.received(message.byteLength)
      if (isBinary) events.binary(socket.socket, new Uint8Array(message))
      else events.text(socket.socket, message)
    },
    ping: ws => ws.getUserData().socket?.onPing(),
    drain: ws => ws.getUserData().socket?.onDrain(),
    close: ws => {
      const { socket } = ws.getUserData()
      if (socket === null) return
      open.delete(socket)
      socket.onClosed()
    },
  }
}
