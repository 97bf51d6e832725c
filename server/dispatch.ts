import * as v from 'valibot'
import type { CallRow } from '../protocol/call.ts'
import { WherryError } from '../protocol/errors.ts'
import type { RpcRequest } from '../protocol/rpc.ts'
import { type CallName, calls, isCallName } from '../protocol/table.ts'
import type { Actor } from '../storage/storage.ts'
import { authorize } from './auth/authorize.ts'
import { logCall } from './call-log.ts'
import { asUser, type Principal } from './connection.ts'
import type { CallContext, Hub } from './context.ts'
import { handlers } from './handlers/table.ts'
import { describeIssue, encodeError, encodeResult, parseMessage } from './rpc-message.ts'
import type { FailAnnounced } from './transfers/transfer-parts.ts'
import type { Socket } from './transport/socket.ts'

/** The only road from a text message to a handler: decode, parse, authorise, run, encode. */
export type Dispatcher = {
  /** The message is valid during the call only. What can be known at once of a call is known when it returns. */
  text(socket: Socket, message: ArrayBuffer): void
  /** New calls are refused from now on; resolves when those that run are answered. */
  drain(): Promise<void>
}

type AnyHandler = (context: CallContext<Principal | null>, params: object) => Promise<object>

type Call = { name: CallName; row: CallRow; params: Record<string, unknown>; request: RpcRequest }

const parseCall = (request: RpcRequest, principal: Principal | null, now: number): Call => {
  if (!isCallName(request.method)) {
    throw new WherryError('unknown_call', `The hub knows no call "${request.method}".`)
  }
  const row: CallRow = calls[request.method]
  if (row.access !== 'anyone') {
    if (principal === null) throw new WherryError('unauthenticated')
    if (principal.kind === 'guest' && row.access !== 'room') throw new WherryError('unauthenticated')
    if (principal.kind === 'user' && principal.expiresAt <= now) throw new WherryError('session_expired')
  }
  const parsed = v.safeParse(row.params, request.params, { abortEarly: true })
  if (!parsed.success) {
    const { field, message } = describeIssue(parsed.issues[0])
    throw new WherryError('invalid_params', message, { field })
  }
  return { name: request.method, row, params: parsed.output, request }
}

export const createDispatcher = (hub: Hub): Dispatcher => {
  const inFlight = new Map<Socket, number>()
  let closing = false
  let idle: (() => void) | null = null

  /** Anything that is no WherryError is a bug: it is logged and told as `internal`. */
  const asAnswer = (error: unknown, name: string, socket: Socket, request: RpcRequest): WherryError => {
    if (error instanceof WherryError) return error
    hub.log.error({ err: error, call: name, request: request.id, connection: socket.id }, 'a call failed')
    return new WherryError('internal')
  }

  /**
   * A call may take away what it was authorised by: `entry.delete` does. When its answer was lost and it comes again, the
   * writer gives the first answer, and refuses the id for anything else (storage/index/requests.ts): only the writer
   * knows in time whether the answer is still kept.
   */
  const isRepetition = async (user: string, requestId: string | null): Promise<boolean> =>
    requestId !== null && hub.storage.requests.has(user, requestId)

  const run = async (
    socket: Socket,
    { name, row, params, request }: Call,
    noted: Record<string, unknown>,
  ): Promise<object> => {
    if (row.guarded) await hub.loginLimits.countGuarded(socket.address)
    const { principal } = socket
    const requestId = typeof request.id === 'string' ? request.id : null
    // The session may have ended while the call was counted.
    if (principal === null && row.access !== 'anyone') throw new WherryError('unauthenticated')
    const actor: Actor = { user: asUser(principal)?.user ?? '', requestId }
    if (principal !== null) {
      try {
        const authority = await authorize(hub, socket, principal, row.access, params)
        if (authority !== null) actor.authority = authority
      } catch (error) {
        if (!row.once || !(await isRepetition(actor.user, requestId))) throw error
        actor.answerOnly = true
      }
    }
    const handler = handlers[name] as unknown as AnyHandler
    return handler({ ...hub, connection: socket, principal, requestId, actor, noted }, params)
  }

  const begin = (socket: Socket): void => {
    const running = inFlight.get(socket) ?? 0
    if (closing) throw new WherryError('closing')
    if (running >= hub.config.callsInFlight) throw new WherryError('busy')
    inFlight.set(socket, running + 1)
  }

  const end = (socket: Socket): void => {
    const running = (inFlight.get(socket) ?? 1) - 1
    if (running > 0) inFlight.set(socket, running)
    else inFlight.delete(socket)
    if (inFlight.size === 0) idle?.()
  }

  const settle = async (socket: Socket, call: Call): Promise<void> => {
    const { name, row, params, request } = call
    const { principal, address } = socket
    const noted: Record<string, unknown> = {}
    const start = performance.now()
    let fail: FailAnnounced | null = null
    let outcome = 'ok'
    try {
      // Before anything is awaited: slices may be next on this socket.
      if (socket.principal !== null) fail = hub.transfers.announce(socket, name, params)
      const result = await run(socket, call, noted)
      socket.sendText(encodeResult(request.id, result))
    } catch (error) {
      const answer = asAnswer(error, name, socket, request)
      outcome = answer.reason
      fail?.(answer)
      socket.sendText(encodeError(request.id, answer))
    } finally {
      const seconds = (performance.now() - start) / 1000
      hub.metrics.callEnded(name, seconds, outcome)
      const user = asUser(socket.principal ?? principal)
      const logged = row.logged ?? (Object.keys(noted).length > 0 ? [] : null)
      if (logged) logCall(hub.log, logged, { name, params, noted, request, outcome, address, user })
      const by = user?.user
      hub.log.debug(
        { call: name, by, address, request: request.id, connection: socket.id, seconds, outcome },
        'call',
      )
      end(socket)
    }
  }

  return {
    text: (socket, message) => {
      const parsed = parseMessage(message)
      if ('error' in parsed) {
        socket.sendText(encodeError(parsed.id, parsed.error))
        return
      }
      const { request } = parsed
      try {
        const call = parseCall(request, socket.principal, hub.clock())
        begin(socket)
        void settle(socket, call).catch(error => hub.log.error({ err: error }, 'an answer could not be sent'))
      } catch (error) {
        socket.sendText(encodeError(request.id, asAnswer(error, request.method, socket, request)))
      }
    },
    drain: async () => {
      closing = true
      if (inFlight.size === 0) return
      await new Promise<void>(resolve => {
        idle = resolve
      })
    },
  }
}
