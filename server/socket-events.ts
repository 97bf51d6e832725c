import { isReason, WherryError } from '../protocol/errors.ts'
import { closeCodes } from '../protocol/rpc.ts'
import type { Origins } from './auth/origins.ts'
import type { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import type { Hub } from './context.ts'
import type { Dispatcher } from './dispatch.ts'
import type { SocketEvents } from './transport/socket-route.ts'

type Parts = Pick<Hub, 'transfers' | 'relays' | 'log'> & {
  connections: Connections
  dispatcher: Dispatcher
  origins: Origins
}

/** Addresses of pages that the log names. */
export const mostRefusedTold = 100

/** Joins the sockets of the transport to the dispatcher and the transfers, message by message in their order. */
export const socketEvents = ({
  transfers,
  relays,
  log,
  connections,
  dispatcher,
  origins,
}: Parts): SocketEvents => {
  const uploads = (socket: Connection, message: Uint8Array): void => {
    if (socket.principal?.kind !== 'user') throw new WherryError('unknown_stream')
    transfers.handleBinary(socket, message)
  }
  const refused = new Set<string | null>()
  /** Once for each, and not for as many as a stranger likes. */
  const tellRefused = (origin: string | null): void => {
    if (refused.has(origin) || refused.size >= mostRefusedTold) return
    refused.add(origin)
    log.warn({ origin }, 'a page was refused: neither WHERRY_URL nor WHERRY_ORIGINS has its address')
  }
  return {
    admit: ({ origin, address }) => {
      if (origins.allows(origin)) return connections.admit(address)
      tellRefused(origin)
      return 403
    },
    opened: socket => {
      connections.opened(socket)
      socket.onClose(() => {
        transfers.connectionClosed(socket)
        relays.connectionClosed(socket)
      })
      log.debug({ connection: socket.id, address: socket.address }, 'connected')
    },
    text: (socket, message) => {
      if (connections.allowsText(socket, message.byteLength)) dispatcher.text(socket, message)
    },
    binary: (socket, message) => {
      if (socket.principal === null) {
        socket.close(closeCodes.policy, 'Sign in before sending bytes.')
        return
      }
      try {
        if (relays.has(socket)) relays.take(socket, message, uploads)
        else uploads(socket, message)
      } catch (error) {
        if (!isReason(error)) log.error({ err: error, connection: socket.id }, 'a binary message failed')
        const reason = isReason(error) ? `${error.reason}: ${error.message}` : 'internal'
        socket.close(closeCodes.policy, reason.slice(0, 120))
      }
    },
  }
}
